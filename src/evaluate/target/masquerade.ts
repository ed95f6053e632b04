/** -j MASQUERADE and -j SNAT (net/netfilter/xt_MASQUERADE.c, xt_nat.c). */
import { parseIp } from '../../ruleset/address.ts'
import { changeSource, masquerade as masqueradeFlow, translatedEffect } from '../nat.ts'
import { knowsAll, optionOf, unknownOption } from './extension.ts'
import type { TargetExtension } from './extension.ts'

export const masquerade: TargetExtension = {
  names: ['MASQUERADE'],
  run: (options) => (knowsAll(options, '--to-ports') ? masqueradeFlow : unknownOption('MASQUERADE', options)),
}

export const snat: TargetExtension = {
  names: ['SNAT'],
  run(options) {
    const text = optionOf(options, '--to-source') ?? ''
    const ip = parseIp(text) ?? parseIp(text.slice(0, text.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1'))
    if (ip === undefined || !knowsAll(options, '--to-source')) return unknownOption('SNAT', options)
    return (flow, node) => {
      if (node.routes.isLocal(ip)) flow.masqueraded = true
      changeSource(flow, ip)
      return translatedEffect
    }
  },
}
