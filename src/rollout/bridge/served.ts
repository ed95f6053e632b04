/** What the bridge of a node does with the packets of each kind of client, at each address of each Service port. */
import { expectationOf } from '../../cluster/expected/expectation.ts'
import type { Expectation } from '../../cluster/expected/expectation.ts'
import { asTaken, podRange } from '../../cluster/expected/node-proxy.ts'
import type { Client, NodeProxy } from '../../cluster/expected/node-proxy.ts'
import { targetsOf } from '../../cluster/expected/targets.ts'
import { frontendsOf } from '../../cluster/frontend.ts'
import type { Frontend } from '../../cluster/frontend.ts'
import type { Endpoint, Service } from '../../cluster/objects.ts'
import { contains, familyOf, parsePrefix } from '../../ruleset/address.ts'
import type { IpFamily, Prefix } from '../../ruleset/address.ts'
import type { Protocol } from '../../ruleset/ruleset.ts'

/** One address of a Service port. */
export interface Served {
  readonly frontend: Frontend
  readonly protocol: Protocol
  /** By kind of client, in the order in which rules ask who it is. */
  readonly expected: ReadonlyMap<Client['kind'], Expectation>
  /** Whose packets it takes; undefined for everybody's. */
  readonly ranges: readonly Prefix[] | undefined
}

export interface Listed {
  readonly service: Service
  readonly endpoints: readonly Endpoint[]
}

/** What kube-proxy refuses is left out: where nobody listens, that is refused as well. */
export function servedOn(proxy: NodeProxy, family: IpFamily, listed: readonly Listed[]): Served[] {
  const clients = clientsOf(family, proxy)
  return listed.flatMap(({ endpoints, service }) =>
    service.leftToOthers ? [] : servedPorts(asTaken(service, proxy), endpoints, { clients, family, proxy }),
  )
}

interface Asked {
  readonly clients: readonly Client[]
  readonly family: IpFamily
  readonly proxy: NodeProxy
}

function servedPorts(service: Service, endpoints: readonly Endpoint[], { clients, family, proxy }: Asked): Served[] {
  const forEverybody = { ...service, loadBalancerSourceRanges: [] }
  return service.ports.flatMap((port) => {
    const frontends = frontendsOf(service, port).filter((one) => one.family === family)
    // kube-proxy takes no notice of addresses of a family in which the Service has no ClusterIP
    if (!frontends.some(({ kind }) => kind === 'ClusterIP')) return []
    // of an address in two states that which is ready is as good as any
    const targets = { ...targetsOf(service, port, family, endpoints, proxy), uncertain: [] }
    return frontends.flatMap((frontend): Served[] => {
      const expected = new Map(
        clients.map((client) => [client.kind, expectationOf(forEverybody, frontend, client, targets, proxy)]),
      )
      if (![...expected.values()].some(isDone)) return []
      const ranges = frontend.kind === 'LoadBalancer' ? sourceRanges(service, frontend, proxy) : undefined
      return [{ frontend, protocol: port.protocol, expected, ranges }]
    })
  })
}

/** Whether there is something for the bridge to do. */
const isDone = ({ targets, verdict }: Expectation): boolean => verdict === 'drop' || targets.length > 0

/** One of each kind that kube-proxy can tell from the others. */
function clientsOf(family: IpFamily, { addresses, settings }: NodeProxy): Client[] {
  const { detector } = settings ?? {}
  const range = detector?.by === 'cidr' ? podRange(detector.cidrs, family) : undefined
  return [
    ...(range !== undefined || detector?.by === 'device' ? [{ kind: 'pod', ip: range?.address } as const] : []),
    { kind: 'node', ip: addresses.find((one) => familyOf(one) === family) },
    { kind: 'outside', ip: family === 'IPv4' ? 0 : 0n },
  ]
}

/** By loadBalancerSourceRanges; the node itself may come from the load balancer's address. */
function sourceRanges(
  { loadBalancerSourceRanges }: Service,
  { family, ip }: Frontend,
  { addresses }: NodeProxy,
): readonly Prefix[] | undefined {
  const ranges = prefixesOf(loadBalancerSourceRanges, family)
  if (ranges.length === 0 || ranges.some(({ length }) => length === 0)) return undefined
  const isIn = addresses.some((one) => familyOf(one) === family && ranges.some((range) => contains(range, one)))
  return [...ranges, ...(isIn && ip !== null ? prefixesOf([ip], family) : [])]
}

const prefixesOf = (texts: readonly string[], family: IpFamily): Prefix[] =>
  texts.flatMap((text) => parsePrefix(text) ?? []).filter(({ address }) => familyOf(address) === family)
