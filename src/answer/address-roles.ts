/** What the API says that an address is: of a Service, a node, a pod, an endpoint. */
import { qualified } from '../cluster/objects.ts'
import type { Endpoint, Node, Service } from '../cluster/objects.ts'
import { usesIpvs } from '../evaluate/ipvs.ts'
import { contains, familyOf, isLoopback, parseIp, parsePrefix } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import { ipvsDevice } from '../ruleset/ipvs.ts'
import type { Protocol } from '../ruleset/ruleset.ts'
import { frontendsOf } from '../cluster/frontend.ts'
import type { FrontendKind } from '../cluster/frontend.ts'
import type { Subject } from './mention/mention.ts'
import type { Scene } from './scene.ts'

export interface RolePort {
  readonly name: string
  readonly port: number
  readonly protocol: Protocol
}

export interface Role {
  readonly role: FrontendKind | 'Endpoint' | 'HealthCheckNodePort' | 'Loopback' | 'NodeAddress' | 'Pod' | 'PodCIDR'
  /** `Service shop/web`, `Node node1`, `Pod shop/web-1`; null for an EndpointSlice of no Service, and loopback. */
  readonly object: string | null
  /** The node that has the address, where one has it. */
  readonly node: string | null
  /** Those of the Service or endpoint that were asked for; all where no port was. */
  readonly ports: readonly RolePort[]
  /** An endpoint's, as its EndpointSlice has them. */
  readonly conditions: Conditions | null
  /** What must be known besides. */
  readonly note: string | null
}

type Conditions = Pick<Endpoint, 'ready' | 'serving' | 'terminating'>

/** The lists of objects that roles come from. */
const roleObjects = ['services', 'endpointslices', 'pods', 'nodes'] as const

/** Which of them were not recorded, so that an address without a role may have one. */
export const unrecordedObjects = ({ cluster }: Scene): string[] =>
  roleObjects.filter((name) => !cluster.isRecorded(name))

export function rolesOf(asked: Subject, scene: Scene): Role[] {
  const { cluster } = scene
  const nodes = nodeRoles(asked.ip, scene)
  const loopback: Role[] = isLoopback(asked.ip)
    ? [{ ...plain, role: 'Loopback', note: 'every node has it for itself' }]
    : []
  const answersNodePorts = nodes.length > 0 || loopback.length > 0
  const roles = [
    ...cluster.services.flatMap((service) => serviceRoles(service, asked)),
    ...nodes,
    ...loopback,
    ...(answersNodePorts ? cluster.services.flatMap((service) => nodePortRoles(service, asked)) : []),
    ...podRoles(asked.ip, scene),
    ...cluster.endpoints.flatMap((endpoint) => endpointRoles(endpoint, asked, scene)),
  ]
  return roles.length > 0 ? roles : cluster.nodes.flatMap((node) => podCidrRoles(node, asked.ip, scene))
}

const plain = { object: null, node: null, ports: [], conditions: null, note: null } as const

const isSame = (text: string, ip: Ip): boolean => parseIp(text) === ip

const isAsked = ({ port, protocol }: RolePort, asked: Subject): boolean =>
  (asked.port === undefined || asked.port === port) && (asked.protocol === undefined || asked.protocol === protocol)

/** `80/TCP`. */
export const portText = ({ port, protocol }: Omit<RolePort, 'name'>): string => `${port}/${protocol}`

function serviceRoles(service: Service, asked: Subject): Role[] {
  const { clusterIPs, externalIPs, loadBalancerIPs, ports, proxiedIPs } = service
  const object = `Service ${qualified(service)}`
  const own = ports.filter((port) => isAsked(port, asked)).map(rolePort)
  const all = ports.map(portText).join(', ')
  const kinds: readonly (readonly [FrontendKind, readonly string[], string | null])[] = [
    ['ClusterIP', clusterIPs, null],
    ['ExternalIP', externalIPs, null],
    ['LoadBalancer', loadBalancerIPs, null],
    ['LoadBalancer', proxiedIPs, 'ipMode Proxy: kube-proxy leaves it to the load balancer'],
  ]
  return kinds.flatMap(([role, ips, note]): Role[] => {
    if (!ips.some((ip) => isSame(ip, asked.ip))) return []
    const missing = own.length === 0 ? `it has no such port; it has ${all || 'none'}` : null
    const left = service.leftToOthers ? 'its labels leave it to another proxy' : null
    return [{ ...plain, role, object, ports: own, note: note ?? left ?? missing }]
  })
}

const rolePort = ({ name, port, protocol }: RolePort): RolePort => ({ name, port, protocol })

/** Addresses that the API tells, and those that the node's own devices have; kube-proxy's are Services'. */
function nodeRoles(ip: Ip, { cluster, network }: Scene): Role[] {
  const told = cluster.nodes.filter(({ addresses }) => addresses.some((text) => isSame(text, ip)))
  const names = told.map(({ name }) => name)
  const roleOf = (node: string, note: string | null): Role => ({
    ...plain,
    role: 'NodeAddress',
    object: `Node ${node}`,
    node,
    note,
  })
  const onDevices = [...network.nodes.values()].flatMap((state) => {
    const { name, routes, ruleset } = state
    // in ipvs mode it may be a Service's, on kube-ipvs0
    if (routes.isUnplaced(ip) && !usesIpvs(state) && !names.includes(name))
      return [roleOf(name, 'of a device that is not recorded')]
    const device = ruleset.interfaces.find(
      (one) => one.name !== ipvsDevice && one.addresses.some((address) => address.ip === ip),
    )
    return device && !names.includes(name) && !isLoopback(ip) ? [roleOf(name, `of its device ${device.name}`)] : []
  })
  return [...names.map((name) => roleOf(name, null)), ...onDevices]
}

/** A Service has NodePorts at addresses of its own families. */
function nodePortRoles(service: Service, asked: Subject): Role[] {
  const object = `Service ${qualified(service)}`
  const family = familyOf(asked.ip)
  const ports = service.ports.flatMap((port) =>
    frontendsOf(service, port).some((one) => one.kind === 'NodePort' && one.family === family)
      ? [{ ...rolePort(port), port: port.nodePort ?? 0 }]
      : [],
  )
  const own = ports.filter((port) => isAsked(port, asked))
  const { healthCheckNodePort: health } = service
  const check: RolePort = { name: '', port: health ?? 0, protocol: 'TCP' }
  return [
    ...(own.length > 0 ? [{ ...plain, role: 'NodePort', object, ports: own } as const] : []),
    ...(health !== undefined && isAsked(check, asked)
      ? [{ ...plain, role: 'HealthCheckNodePort', object, ports: [check], note: 'kube-proxy itself answers' } as const]
      : []),
  ]
}

const podRoles = (ip: Ip, { cluster }: Scene): Role[] =>
  cluster.pods
    .filter(({ ips }) => ips.some((text) => isSame(text, ip)))
    .map((pod) => ({
      ...plain,
      role: 'Pod',
      object: `Pod ${qualified(pod)}`,
      node: pod.node ?? null,
      note: pod.hostNetwork ? "in its node's network, whose address it shares" : null,
    }))

function endpointRoles(endpoint: Endpoint, asked: Subject, { cluster }: Scene): Role[] {
  if (!isSame(endpoint.ip, asked.ip)) return []
  const { node, pod, ports, ready, service, serving, terminating } = endpoint
  const own = ports.filter((port) => isAsked(port, asked))
  const known = cluster.services.find((one) => qualified(one) === service)
  const notes = [
    own.length > 0 || ports.length === 0 ? '' : `at ${ports.map(portText).join(', ')}`,
    pod === undefined ? 'of no pod' : '',
    service === undefined ? 'its EndpointSlice belongs to no Service' : '',
    service !== undefined && !known && cluster.isRecorded('services') ? 'the API has no such Service' : '',
    known?.clusterIPs.length === 0 ? 'headless: kube-proxy does nothing for it' : '',
  ]
  const note = notes.filter((text) => text !== '').join('; ')
  return [
    {
      role: 'Endpoint',
      object: service === undefined ? null : `Service ${service}`,
      node: node ?? null,
      ports: own,
      conditions: { ready, serving, terminating },
      note: note === '' ? null : note,
    },
  ]
}

/** `ready`; `not ready, serving, terminating`. */
export const conditionText = ({ ready, serving, terminating }: Conditions): string =>
  [ready ? 'ready' : 'not ready', ...(terminating ? [serving ? 'serving' : 'not serving', 'terminating'] : [])].join(
    ', ',
  )

function podCidrRoles({ name, podCIDRs }: Node, ip: Ip, { cluster }: Scene): Role[] {
  const range = podCIDRs.find((text) => {
    const prefix = parsePrefix(text)
    return prefix && contains(prefix, ip)
  })
  if (range === undefined) return []
  const whose = cluster.isRecorded('pods') ? 'no pod has it' : 'whose it is is not known: pods are not recorded'
  return [{ ...plain, role: 'PodCIDR', object: `Node ${name}`, node: name, note: `in its ${range}; ${whose}` }]
}

/** `service/shop/web`, as -o name prints it; each once. */
export const namesOfRoles = (roles: readonly Role[]): string[] => [
  ...new Set(
    roles.flatMap(({ object }) => {
      const [kind = '', name] = object?.split(' ') ?? []
      return name === undefined ? [] : [`${kind.toLowerCase()}/${name}`]
    }),
  ),
]
