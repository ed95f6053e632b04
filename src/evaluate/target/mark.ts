/** -j MARK and -j CONNMARK (net/netfilter/xt_mark.c, xt_connmark.c): `mark = (mark & ~mask) ^ value`. */
import { valueOf } from '../../ruleset/iptables.ts'
import type { IptablesOption } from '../../ruleset/iptables.ts'
import type { Flow } from '../flow.ts'
import { hasEntry } from '../match/conntrack.ts'
import { maskedValue } from '../match/extension.ts'
import { unknownOption } from './extension.ts'
import type { TargetExtension } from './extension.ts'

type Change = (mark: number) => number

/** The spellings of iptables-save (`--set-xmark`) and of people. */
function changeOf({ name, values: [text = ''] }: IptablesOption): Change | undefined {
  const masked = maskedValue(text)
  if (!masked) return undefined
  const { mask, value } = masked
  switch (name) {
    case '--set-xmark':
      return (mark) => ((mark & ~mask) ^ value) >>> 0
    case '--set-mark':
      return (mark) => ((mark & ~mask) | value) >>> 0
    case '--or-mark':
      return (mark) => (mark | value) >>> 0
    case '--and-mark':
      return (mark) => (mark & value) >>> 0
    case '--xor-mark':
      return (mark) => (mark ^ value) >>> 0
    default:
      return undefined
  }
}

export const mark: TargetExtension = {
  names: ['MARK'],
  run(options) {
    const change = options.length === 1 && options[0] ? changeOf(options[0]) : undefined
    if (!change) return unknownOption('MARK', options)
    return (flow) => {
      flow.mark = change(flow.mark)
      return undefined
    }
  },
}

export const connmark: TargetExtension = {
  names: ['CONNMARK'],
  run(options) {
    const act = connectionChange(options)
    if (!act) return unknownOption('CONNMARK', options)
    return (flow) => {
      // connmark_tg_shift()
      if (hasEntry(flow)) act(flow)
      return undefined
    }
  },
}

function connectionChange(options: readonly IptablesOption[]): ((flow: Flow) => void) | undefined {
  const [first] = options
  if (!first) return undefined
  const maskOf = (name: string) => Number(valueOf(options, name) ?? 0xffffffff)
  const from = maskOf('--ctmask') & maskOf('--mask')
  const to = maskOf('--nfmask') & maskOf('--mask')
  if (first.name === '--restore-mark') {
    return (flow) => (flow.mark = ((flow.mark & ~to) ^ (flow.connection.mark & from)) >>> 0)
  }
  if (first.name === '--save-mark') {
    return (flow) => (flow.connection.mark = ((flow.connection.mark & ~from) ^ (flow.mark & to)) >>> 0)
  }
  const change = options.length === 1 ? changeOf(first) : undefined
  return change && ((flow) => (flow.connection.mark = change(flow.connection.mark)))
}
