/** -j SET --add-set and --del-set: the packet goes on, but a set is not what the dump says any more (net/netfilter/xt_set.c). */
import type { IptablesOption } from '../../ruleset/iptables.ts'
import { ipSetKey } from '../ipset.ts'
import { unknownOption } from './extension.ts'
import type { TargetExtension } from './extension.ts'

const written = new Set(['--add-set', '--del-set'])
const details = new Set(['--exist', '--timeout'])

/** `--map-set` changes the mark by what the set says. */
function isKnown(options: readonly IptablesOption[]): boolean {
  return options.every(({ name }) => written.has(name) || details.has(name))
}

export const set: TargetExtension = {
  names: ['SET'],
  harmless: isKnown,
  run(options) {
    if (!isKnown(options)) return unknownOption('SET', options)
    const keys = options.flatMap(({ name, values: [value = ''] }) => (written.has(name) ? [ipSetKey(value)] : []))
    return (flow) => {
      flow.written = [...flow.written, ...keys]
      return undefined
    }
  },
}
