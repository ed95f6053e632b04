/** -j DNAT --to-destination (net/netfilter/xt_nat.c; the spellings: iptables extensions/libxt_DNAT). */
import { parseBracketedIp, parseIpPort } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import { valueOf } from '../../ruleset/iptables.ts'
import { changeDestination, translatedEffect } from '../nat.ts'
import { knowsAll, unknownOption } from './extension.ts'
import type { TargetExtension } from './extension.ts'

interface Destination {
  readonly ip: Ip
  readonly port: number | undefined
}

export const dnat: TargetExtension = {
  names: ['DNAT'],
  run(options) {
    const destination = parseDestination(valueOf(options, '--to-destination') ?? '')
    if (!destination || !knowsAll(options, '--to-destination')) return unknownOption('DNAT', options)
    const { ip, port } = destination
    return (flow) => {
      changeDestination(flow, ip, port ?? flow.port)
      return translatedEffect
    }
  },
}

/** `10.244.0.2:8080`, `10.244.0.2`, `[fd00::2]:8080`, `fd00::2`; ranges are not told apart by the evaluator. */
function parseDestination(text: string): Destination | undefined {
  const both = parseIpPort(text)
  if (both) return both
  const ip = parseBracketedIp(text)
  return ip === undefined ? undefined : { ip, port: undefined }
}
