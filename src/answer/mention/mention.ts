/** What a rule, a set's element or an IPVS server has to do with an address that it names. */
import type { Ip } from '../../ruleset/address.ts'
import type { Destination } from '../../evaluate/evaluate.ts'
import type { At, Protocol } from '../../ruleset/ruleset.ts'

/** The address that is asked for, with a port and a protocol where the question has them. */
export interface Subject {
  readonly ip: Ip
  readonly port: number | undefined
  readonly protocol: Protocol | undefined
}

/**
 * What kube-proxy's rule takes the address for: where packets of a Service go to, where they are translated to, or where they come
 * from (hairpin, affinity). What somebody else wrote is `other`.
 */
export type MentionKind = 'endpoint' | 'frontend' | 'other' | 'source'

export interface Mention {
  readonly as: MentionKind
  /** `shop/web`, by the rule's own comment or the name of its chain; null where neither tells. */
  readonly service: string | null
  /** The only port that the rule is about; null where it names none or several. */
  readonly port: number | null
  readonly protocol: Protocol | null
  /** `nat KUBE-SERVICES`, `kube-proxy @service-ips`, `ipset KUBE-CLUSTER-IP`, `IPVS TCP 10.96.0.1:443`. */
  readonly place: string
  /** Of an IPVS server: what its virtual server is for. */
  readonly virtual?: Destination
  /** Whether it is here that kube-proxy decides which Service a packet is for. */
  readonly dispatches: boolean
  readonly at: At
  readonly text: string
}

type PortRange = readonly [number, number]

/** What a packet must be for so that a rule or element matches it; undefined is any. */
export interface RuleDestination {
  readonly ip: Ip | undefined
  readonly ports: readonly PortRange[] | undefined
}

/** A mention before it is known whose rule it is in. */
export interface Hit {
  readonly as: MentionKind
  /** Undefined where the rule is for any port. */
  readonly ports?: readonly PortRange[] | undefined
  readonly protocol?: Protocol | undefined
}

/** Whether the hit is about the port and protocol that are asked for; what it leaves open it is about. */
export const isAbout = ({ ports, protocol }: Hit, asked: Subject): boolean =>
  (asked.port === undefined ||
    !ports ||
    ports.some(([from, to]) => asked.port !== undefined && asked.port >= from && asked.port <= to)) &&
  (asked.protocol === undefined || protocol === undefined || protocol === asked.protocol)

export function onlyPort({ ports }: Hit): number | null {
  const [range, another] = ports ?? []
  return range && !another && range[0] === range[1] ? range[0] : null
}

/** The port as a list of ranges; none where it is not told. */
export const portOnly = (port: number | undefined): readonly PortRange[] | undefined =>
  port === undefined ? undefined : [[port, port]]
