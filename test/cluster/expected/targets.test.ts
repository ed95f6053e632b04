/** Which endpoints a node is to send to, by hints, conditions and release: as CategorizeEndpoints of that release has it. */
import { expect } from 'chai'
import type { NodeProxy, ProxyGate } from '../../../src/cluster/expected/node-proxy.ts'
import { targetsOf } from '../../../src/cluster/expected/targets.ts'
import type { Endpoint, Service } from '../../../src/cluster/objects.ts'
import { formatIp, parseIp } from '../../../src/ruleset/address.ts'

const service: Service = {
  namespace: 'shop',
  name: 'web',
  type: 'ClusterIP',
  clusterIPs: ['10.96.0.9'],
  ports: [],
  externalIPs: [],
  loadBalancerIPs: [],
  proxiedIPs: [],
  loadBalancerSourceRanges: [],
  affinitySeconds: undefined,
  internalTrafficPolicy: 'Cluster',
  externalTrafficPolicy: undefined,
  healthCheckNodePort: undefined,
  selector: {},
  labels: {},
  leftToOthers: false,
  topologyMode: '',
}

const port = { name: 'http', port: 80, protocol: 'TCP', nodePort: undefined } as const

const endpoint = (ip: string, node: string, rest: Partial<Endpoint> = {}): Endpoint => ({
  service: 'shop/web',
  ip,
  address: parseIp(ip),
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  node,
  pod: undefined,
  ready: true,
  serving: true,
  terminating: false,
  zones: [],
  nodes: [],
  version: '',
  ...rest,
})

const all: readonly ProxyGate[] = [
  'PreferSameTrafficDistribution',
  'ProxyTerminatingEndpoints',
  'ServiceTrafficDistribution',
  'TopologyAwareHints',
]

const proxy = (minor: number, gates: readonly ProxyGate[] = all): NodeProxy => ({
  node: 'node1',
  zone: 'a',
  addresses: [],
  mode: 'iptables',
  minor,
  gates: new Set(gates),
  settings: undefined,
})

const ending = { ready: false, terminating: true }

describe('the endpoints that a node is to send to', () => {
  const of = (endpoints: readonly Endpoint[], own: NodeProxy, one = service): Record<string, unknown> => {
    const { any, cluster, local } = targetsOf(one, port, 'IPv4', endpoints, own)
    const texts = (targets: typeof cluster): string[] => targets.map(({ ip, port: at }) => `${formatIp(ip)}:${at}`)
    return { any, cluster: texts(cluster), local: texts(local) }
  }

  it('are those that are ready, and of the node those that are on it', () => {
    const endpoints = [
      endpoint('10.0.0.1', 'node1'),
      endpoint('10.0.0.2', 'node2'),
      endpoint('10.0.0.3', 'node1', { ready: false }),
    ]
    expect(of(endpoints, proxy(37))).to.deep.equal({
      any: true,
      cluster: ['10.0.0.1:8080', '10.0.0.2:8080'],
      local: ['10.0.0.1:8080'],
    })
  })

  it('are those that end and serve, where none is ready, for each policy by itself', () => {
    const endpoints = [endpoint('10.0.0.1', 'node1', ending), endpoint('10.0.0.2', 'node2')]
    expect(of(endpoints, proxy(37))).to.deep.equal({ any: true, cluster: ['10.0.0.2:8080'], local: ['10.0.0.1:8080'] })
    expect(of(endpoints, proxy(25, []))).to.deep.equal({ any: true, cluster: ['10.0.0.2:8080'], local: [] })
    expect(of(endpoints.slice(0, 1), proxy(25, []))).to.deep.equal({ any: false, cluster: [], local: [] })
    expect(of([endpoint('10.0.0.1', 'node1', { ...ending, serving: false })], proxy(37)).any).to.equal(false)
  })

  it('have the port by its name and protocol, and the family', () => {
    const endpoints = [
      endpoint('10.0.0.1', 'node1', { ports: [{ name: 'other', port: 1, protocol: 'TCP' }] }),
      endpoint('10.0.0.2', 'node1', { ports: [{ name: 'http', port: 53, protocol: 'UDP' }] }),
      endpoint('fd00::1', 'node1'),
    ]
    expect(of(endpoints, proxy(37)).any).to.equal(false)
  })

  it('are each address once, and of two pods that of the one that stays', () => {
    const [stays, ends] = [endpoint('10.0.0.1', 'node2'), endpoint('10.0.0.1', 'node1', ending)]
    for (const endpoints of [
      [stays, ends],
      [ends, stays],
    ]) {
      expect(of(endpoints, proxy(37))).to.deep.equal({ any: true, cluster: ['10.0.0.1:8080'], local: [] })
    }
  })

  it('are uncertain where two slices have one address in different states', () => {
    const [ready, not] = [endpoint('10.0.0.1', 'node1'), endpoint('10.0.0.1', 'node1', { ready: false })]
    expect(targetsOf(service, port, 'IPv4', [ready, not], proxy(37)).uncertain).to.have.length(2)
    expect(targetsOf(service, port, 'IPv4', [ready, ready], proxy(37)).uncertain).to.deep.equal([])
  })

  const zoned = [endpoint('10.0.0.1', 'node1', { zones: ['a'] }), endpoint('10.0.0.2', 'node2', { zones: ['b'] })]
  const placed = zoned.map((one) => ({ ...one, nodes: [one.node ?? ''] }))
  const near = ['10.0.0.1:8080']
  const far = ['10.0.0.1:8080', '10.0.0.2:8080']

  for (const [what, endpoints, own, topologyMode, expected] of [
    ['by zone, since traffic distribution', zoned, proxy(33), '', near],
    ['by zone where the Service asks for it', zoned, proxy(28, ['TopologyAwareHints']), 'Auto', near],
    ['by zone with any value of 1.27', zoned, proxy(27, ['TopologyAwareHints']), 'example.com/x', near],
    ['not with any value of 1.26', zoned, proxy(26, ['TopologyAwareHints']), 'example.com/x', far],
    ['not where the Service does not ask', zoned, proxy(28, ['TopologyAwareHints']), '', far],
    ['not where hints are switched off', zoned, proxy(28, []), 'Auto', far],
    ['by node', placed.map((one) => ({ ...one, zones: [] })), proxy(37, ['PreferSameTrafficDistribution']), '', near],
    [
      'not by node before',
      placed.map((one) => ({ ...one, zones: [] })),
      proxy(33, ['ServiceTrafficDistribution']),
      '',
      far,
    ],
    ['not where one has no hint', [...zoned, endpoint('10.0.0.3', 'node2')], proxy(37), '', [...far, '10.0.0.3:8080']],
    ['not in a zone for which there is none', zoned, { ...proxy(37), zone: 'c' }, '', far],
    ['not on a node without a zone', zoned, { ...proxy(37), zone: undefined }, '', far],
  ] as const) {
    it(`are near ones ${what}`, () => {
      expect(of(endpoints, own, { ...service, topologyMode }).cluster).to.deep.equal(expected)
    })
  }
})
