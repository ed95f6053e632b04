/** -m mark and -m connmark: `(mark & mask) == value` (xt_mark.c, xt_connmark.c). */
import type { IptablesOption } from '../../ruleset/iptables.ts'
import { hasEntry } from './conntrack.ts'
import { maskedValue } from './extension.ts'
import type { MatchExtension } from './extension.ts'

const hasMark = (mark: number, { mask, value }: { readonly mask: number; readonly value: number }): boolean =>
  (mark & mask) >>> 0 === value

const wanted = ({ name, values }: IptablesOption): ReturnType<typeof maskedValue> =>
  name === '--mark' ? maskedValue(values[0] ?? '') : undefined

export const mark: MatchExtension = {
  names: ['mark'],
  option(option) {
    const masked = wanted(option)
    return masked && ((flow) => hasMark(flow.mark, masked))
  },
}

export const connmark: MatchExtension = {
  names: ['connmark'],
  option(option) {
    const masked = wanted(option)
    // without an entry nothing matches, nor its opposite (connmark_mt())
    return masked && ((flow) => (hasEntry(flow) ? hasMark(flow.connection.mark, masked) : option.inverted))
  },
}
