/** -j DNAT --to-destination (net/netfilter/xt_nat.c; the spellings: iptables extensions/libxt_DNAT). */
import { parseIp, parsePort } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import { dnat as translate } from '../nat.ts'
import { optionOf, unknownOption } from './extension.ts'
import type { TargetExtension } from './extension.ts'

interface Destination {
  readonly ip: Ip
  readonly port: number | undefined
}

export const dnat: TargetExtension = {
  names: ['DNAT'],
  run(options) {
    const destination = parseDestination(optionOf(options, '--to-destination') ?? '')
    return destination ? () => translate([destination]) : unknownOption('DNAT', options)
  },
}

/** `10.244.0.2:8080`, `10.244.0.2`, `[fd00::2]:8080`, `fd00::2`; ranges are not told apart by the evaluator. */
function parseDestination(text: string): Destination | undefined {
  const bare = parseIp(text)
  if (bare !== undefined) return { ip: bare, port: undefined }
  const colon = text.lastIndexOf(':')
  const ip = parseIp(text.slice(0, Math.max(colon, 0)).replace(/^\[(.*)\]$/, '$1'))
  const port = parsePort(text.slice(colon + 1))
  return ip === undefined || port === undefined ? undefined : { ip, port }
}
