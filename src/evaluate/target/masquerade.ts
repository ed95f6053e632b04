/** -j MASQUERADE and -j SNAT (net/netfilter/xt_MASQUERADE.c, xt_nat.c). */
import { parseBracketedIp, parseIpPort } from '../../ruleset/address.ts'
import { valueOf } from '../../ruleset/iptables.ts'
import { changeSource, masquerade as masqueradeFlow, translatedEffect } from '../nat.ts'
import { knowsAll, unknownOption } from './extension.ts'
import type { TargetExtension } from './extension.ts'

export const masquerade: TargetExtension = {
  names: ['MASQUERADE'],
  run: (options) => (knowsAll(options, '--to-ports') ? masqueradeFlow : unknownOption('MASQUERADE', options)),
}

export const snat: TargetExtension = {
  names: ['SNAT'],
  run(options) {
    const text = valueOf(options, '--to-source') ?? ''
    const ip = parseIpPort(text)?.ip ?? parseBracketedIp(text)
    if (ip === undefined || !knowsAll(options, '--to-source')) return unknownOption('SNAT', options)
    return (flow, node) => {
      if (node.routes.isLocal(ip)) flow.masqueraded = true
      changeSource(flow, ip)
      return translatedEffect
    }
  },
}
