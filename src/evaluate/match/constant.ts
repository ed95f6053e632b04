/** Matches that a new TCP, UDP or SCTP connection between hosts answers by being one. */
import { unknown } from './extension.ts'
import type { MatchExtension, OptionTest } from './extension.ts'

const always = (names: readonly string[], answer: boolean): MatchExtension => ({
  names,
  option: () => answer,
  bare: answer,
  uniform: answer,
})

/** Counts bytes only (xt_nfacct.c without a quota), or says something to people (xt_comment.c). */
export const remark = always(['comment', 'nfacct'], true)

/** Extension headers and protocols that such a packet does not have (net/ipv6/netfilter/ip6t_rt.c and its kin). */
export const otherHeaders = always(
  ['ah', 'dccp', 'dst', 'esp', 'frag', 'hbh', 'icmp', 'icmp6', 'icmpv6', 'ipv6header', 'mh', 'rt', 'udplite'],
  false,
)

/** Packets to one host (xt_pkttype.c). */
export const pkttype: MatchExtension = {
  names: ['pkttype'],
  option: ({ name, values }): OptionTest | undefined =>
    name === '--pkt-type' ? ['unicast', '0', 'host'].includes(values[0] ?? '') : undefined,
}

/** Whether an IPsec policy applies (xt_policy.c): policies are not recorded, and few nodes have any. */
export const policy: MatchExtension = {
  names: ['policy'],
  option({ name, values }) {
    if (name === '--dir') return true
    if (name !== '--pol') return undefined
    return (flow) => {
      flow.assumption = 'it assumes that no IPsec policy applies'
      return values[0] === 'none'
    }
  },
}

/** Only a transparent proxy's sockets are transparent; ordinary listeners are not told from the dump (xt_socket.c). */
export const socket: MatchExtension = {
  names: ['socket'],
  option(option, among) {
    if (option !== among[0]) return true
    return among.some(({ name }) => name === '--transparent') ? false : undefined
  },
  bare: unknown('which sockets listen is not recorded'),
}
