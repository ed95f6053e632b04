/** The frontends that a node's rules serve, by kube-proxy's dispatchers, and those of them that the API has no Service for. */
import { asTaken } from '../../cluster/expected/node-proxy.ts'
import type { NodeProxy } from '../../cluster/expected/node-proxy.ts'
import { frontendsOf } from '../../cluster/frontend.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { evaluate } from '../../evaluate/evaluate.ts'
import type { Destination, Outcome } from '../../evaluate/evaluate.ts'
import { parseIp } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import { protocolOf } from '../../ruleset/iptables.ts'
import type { IptablesRule } from '../../ruleset/iptables.ts'
import type { NftElement, NftExpression, NftSet } from '../../ruleset/nft.ts'
import type { Protocol, Ruleset, Table } from '../../ruleset/ruleset.ts'
import { destinationOfIptablesRule } from '../mention/iptables.ts'
import { outcomeOf } from '../outcome.ts'
import type { Evidence } from '../outcome.ts'
import type { Scene } from '../scene.ts'
import { outsideSender } from '../source.ts'

/** `ip` is undefined for a NodePort, which is served at the node's own addresses. */
interface Served {
  readonly ip: Ip | undefined
  readonly port: number
  readonly protocol: Protocol
}

/** A frontend that no Service has, and what becomes of a packet to it. */
export interface Stranger {
  readonly destination: Destination
  readonly outcome: Outcome
  readonly evidence: readonly Evidence[]
}

/** Those of which packets really get to an endpoint: what nothing leads to harms nobody. */
export function servedForNobody(proxy: NodeProxy, scene: Scene): Stranger[] {
  const { node } = proxy
  const state = scene.network.nodes.get(node)
  if (!state) return []
  const known = knownFrontends(proxy, scene.cluster)
  const own = scene.cluster.node(node)?.addresses.flatMap((text) => parseIp(text) ?? []) ?? []
  const strangers = servedBy(state.ruleset).filter(({ ip, port, protocol }) => {
    const isNodePort = ip === undefined || state.routes.isLocal(ip)
    return !(known.has(keyOf(ip, port, protocol)) || (isNodePort && known.has(keyOf(undefined, port, protocol))))
  })
  const { source } = outsideSender(node, scene)
  return strangers.flatMap(({ ip, port, protocol }) =>
    // a NodePort may be one family's alone
    (ip === undefined ? own : [ip]).flatMap((at) => {
      const destination = { ip: at, port, protocol }
      const outcome = evaluate(source, destination, scene.network).find(({ endpoint }) => endpoint !== null)
      return outcome ? [{ destination, outcome, evidence: outcomeOf(outcome).evidence }] : []
    }),
  )
}

const keyOf = (ip: Ip | undefined, port: number, protocol: Protocol): string => `${ip ?? ''} ${port} ${protocol}`

const knownFrontends = (proxy: NodeProxy, { services }: Cluster): Set<string> =>
  new Set(
    services.flatMap((service) =>
      service.ports.flatMap((port) =>
        frontendsOf(asTaken(service, proxy), port).map(({ ip, port: at }) =>
          keyOf(ip === null ? undefined : parseIp(ip), at, port.protocol),
        ),
      ),
    ),
  )

const servedBy = ({ tables, virtualServers }: Ruleset): Served[] => [
  ...tables.flatMap((table) => (table.tool === 'nft' ? servedByMaps(table) : servedByRules(table))),
  ...(virtualServers?.servers ?? []),
]

const dispatchers = ['KUBE-NODEPORTS', 'KUBE-SERVICES']
const ofService = /^KUBE-(?:EXT|FW|SVC|SVL|XLB)-/

function servedByRules({ chains, name }: Table): Served[] {
  if (name !== 'nat') return []
  const rules = dispatchers.flatMap((chain) => chains.get(chain)?.rules ?? [])
  return rules.flatMap(({ body }) => {
    if (body.tool !== 'iptables' || !ofService.test(body.target?.name ?? '')) return []
    const { ip, ports } = destinationOfIptablesRule(body)
    const protocol = protocolIn(body)
    const [port] = ports?.[0] ?? []
    return port === undefined || protocol === undefined ? [] : [{ ip, port, protocol }]
  })
}

const protocolIn = ({ general }: IptablesRule): Protocol | undefined =>
  protocolOf(general.find(({ name }) => name === '-p')?.values[0] ?? '')

const maps = ['service-ips', 'service-nodeports']

const servedByMaps = ({ name, sets }: Table): Served[] =>
  name === 'kube-proxy' ? maps.flatMap((map) => servedByMap(sets.get(map))) : []

/** `{ concat: ['10.96.0.1', 'tcp', 443] }` in a map of type `ipv4_addr . inet_proto . inet_service`. */
function servedByMap(map: NftSet | undefined): Served[] {
  const types = map?.type ?? []
  const at = types.findIndex((type) => type.endsWith('_addr'))
  const [ofProtocol, ofPort] = [types.indexOf('inet_proto'), types.indexOf('inet_service')]
  return (map?.elements ?? []).flatMap((element) => {
    const parts = keyParts(element)
    const [address, port, spoken] = [parts[at], parts[ofPort], parts[ofProtocol]]
    const protocol = typeof spoken === 'object' ? undefined : protocolOf(String(spoken))
    if (typeof port !== 'number' || protocol === undefined) return []
    return [{ ip: typeof address === 'string' ? parseIp(address) : undefined, port, protocol }]
  })
}

function keyParts(element: NftElement): readonly NftExpression[] {
  if (isPair(element)) return keyParts(element[0])
  if (typeof element !== 'object') return [element]
  if ('elem' in element) return keyParts(element.elem.val)
  return 'concat' in element ? element.concat : [element]
}

const isPair = (element: NftElement): element is readonly [NftExpression, NftExpression] => Array.isArray(element)
