/** -j REDIRECT: to the node itself (nf_nat_redirect_ipv4(), net/netfilter/nf_nat_redirect.c). */
import { parsePort } from '../../ruleset/address.ts'
import { valueOf } from '../../ruleset/iptables.ts'
import { redirect as redirectFlow } from '../nat.ts'
import { knowsAll, unknownOption } from './extension.ts'
import type { TargetExtension } from './extension.ts'

export const redirect: TargetExtension = {
  names: ['REDIRECT'],
  run(options) {
    const text = valueOf(options, '--to-ports')
    const port = text === undefined ? undefined : parsePort(text)
    if ((text !== undefined && port === undefined) || !knowsAll(options, '--to-ports'))
      return unknownOption('REDIRECT', options)
    return (flow, node) => redirectFlow(flow, node, port)
  },
}
