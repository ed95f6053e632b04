/** Every match extension that the evaluator knows; sorted. */
import { addrtype } from './addrtype.ts'
import { otherHeaders, pkttype, policy, remark, socket } from './constant.ts'
import { conntrack } from './conntrack.ts'
import type { MatchExtension } from './extension.ts'
import { iprange } from './iprange.ts'
import { ipvs } from './ipvs.ts'
import { connmark, mark } from './mark.ts'
import { multiport } from './multiport.ts'
import { owner } from './owner.ts'
import { physdev } from './physdev.ts'
import { sctp, tcp, udp } from './protocol.ts'
import { recent } from './recent.ts'
import { rpfilter } from './rpfilter.ts'
import { set } from './set.ts'
import { statistic } from './statistic.ts'

const extensions: readonly MatchExtension[] = [
  addrtype,
  connmark,
  conntrack,
  iprange,
  ipvs,
  mark,
  multiport,
  otherHeaders,
  owner,
  physdev,
  pkttype,
  policy,
  recent,
  remark,
  rpfilter,
  sctp,
  set,
  socket,
  statistic,
  tcp,
  udp,
]

/** By the name after `-m`. */
export const matches: ReadonlyMap<string, MatchExtension> = new Map(
  extensions.flatMap((extension) => extension.names.map((name) => [name, extension] as const)),
)
