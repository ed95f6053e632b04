/** -m mark and -m connmark: `(mark & mask) == value` (xt_mark.c, xt_connmark.c). */
import { maskedValue } from './extension.ts'
import type { MatchExtension } from './extension.ts'

const marked = (of: 'connection' | 'packet'): MatchExtension['option'] =>
  function test({ name, values }) {
    const wanted = name === '--mark' ? maskedValue(values[0] ?? '') : undefined
    if (!wanted) return undefined
    return (flow) => ((of === 'packet' ? flow.mark : flow.connection.mark) & wanted.mask) >>> 0 === wanted.value
  }

export const mark: MatchExtension = { names: ['mark'], option: marked('packet') }
export const connmark: MatchExtension = { names: ['connmark'], option: marked('connection') }
