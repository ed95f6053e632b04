/**
 * The bridge: a table of nft that stands in for kube-proxy on a node while it has no rules of its own, as when it changes its mode. Of the
 * nat chains of a hook the kernel asks one after the other, by priority, until one has translated the connection (nf_nat_inet_fn(),
 * net/netfilter/nf_nat_core.c, Linux 4.18 and later): at priorities behind kube-proxy's the bridge translates what nobody else has. It
 * does what kube-proxy would, but for session affinity, and for NodePorts at loopback addresses.
 */
import { bridgeTable, lastingSet } from '../../answer/bridge.ts'
import type { NodeProxy } from '../../cluster/expected/node-proxy.ts'
import { familyOf, formatIp } from '../../ruleset/address.ts'
import type { IpFamily } from '../../ruleset/address.ts'
import { Chains } from './chains.ts'
import { servedOn } from './served.ts'
import type { Listed, Served } from './served.ts'
import { toNodePorts, words } from './words.ts'

/** For `nft -f`: replaces a bridge that is there by one that does nothing any more after `seconds`. Empty where there is nothing to do. */
export const bridgeScript = (proxy: NodeProxy, listed: readonly Listed[], seconds: number): string =>
  (['IPv4', 'IPv6'] as const)
    .filter((family) => proxy.addresses.some((one) => familyOf(one) === family))
    .map((family) => tableOf(family, servedOn(proxy, family, listed), proxy, seconds))
    .join('')

const without = (ip: 'ip' | 'ip6'): string => `add table ${ip} ${bridgeTable}\ndelete table ${ip} ${bridgeTable}\n`

/** For `nft -f`, also where there is no bridge: what is to be deleted is added before. */
export const removalScript = `${without('ip')}${without('ip6')}`

function tableOf(family: IpFamily, served: readonly Served[], proxy: NodeProxy, seconds: number): string {
  if (served.length === 0) return ''
  const mark = markOf(proxy)
  const chains = new Chains(family, proxy, mark)
  for (const one of served) chains.add(one)
  const { address, ip } = words[family]
  const own = ownEndpoints(served, proxy).map((one) => `${one} . ${one}`)
  return [
    without(ip),
    `table ${ip} ${bridgeTable} {\n`,
    // elements that end by themselves keep at work what nobody may be there to take away
    block(`set ${lastingSet}`, ['type inet_proto', 'flags timeout', `timeout ${seconds}s`, ...elements(protocols)]),
    block('set own-endpoints', [`type ${address} . ${address}`, ...elements(own)]),
    block('map addresses', [
      `type ${address} . inet_proto . inet_service : verdict`,
      ...elements(chains.verdicts('address')),
    ]),
    block('map node-ports', ['type inet_proto . inet_service : verdict', ...elements(chains.verdicts('node-port'))]),
    ...chains.targets.map((map) => block(`map ${map.name}`, [map.type, ...elements(map.elements)])),
    ...chains.chains.map(([name, rules]) => block(`chain ${name}`, rules)),
    ...hooked(family, mark, chains, proxy),
    '}\n',
  ].join('')
}

/** By masqueradeBit: kube-proxy, once it is there, masquerades what the bridge has marked, and the bridge what kube-proxy has. */
const markOf = ({ settings }: NodeProxy): string =>
  `0x${(2 ** (settings?.masqueradeBit ?? 14)).toString(16).padStart(8, '0')}`

const protocols = ['tcp', 'udp', 'sctp']

function hooked(family: IpFamily, mark: string, chains: Chains, proxy: NodeProxy): string[] {
  const { ip } = words[family]
  const nodePorts = toNodePorts(family, proxy)
  const lookup = (place: 'address' | 'node-port', map: string): string => `${chains.keysOf(place)} vmap @${map}`
  return [
    block('chain translation', [
      lookup('address', 'addresses'),
      ...(nodePorts === undefined ? [] : [`${nodePorts} ${lookup('node-port', 'node-ports')}`]),
    ]),
    block('chain masquerading', [
      `meta mark & ${mark} != 0 meta mark set meta mark ^ ${mark} masquerade fully-random`,
      `ct status dnat ${ip} saddr . ${ip} daddr @own-endpoints masquerade fully-random`,
    ]),
    ...['prerouting', 'output'].map((hook) => baseChain(hook, -90, 'translation')),
    baseChain('postrouting', 110, 'masquerading'),
  ]
}

const baseChain = (hook: string, priority: number, target: string): string =>
  block(`chain ${hook}`, [
    `type nat hook ${hook} priority ${priority}; policy accept;`,
    `meta l4proto @${lastingSet} goto ${target}`,
  ])

const block = (head: string, lines: readonly string[]): string =>
  `\t${head} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}\n`

const elements = (all: readonly string[]): string[] =>
  all.length === 0 ? [] : [`elements = { ${all.join(`,\n\t\t\t`)} }`]

/** Those on the node itself: a pod that gets its own packet would see itself as who sent it. */
const ownEndpoints = (served: readonly Served[], { node }: NodeProxy): string[] => {
  const targets = served.flatMap(({ expected }) => [...expected.values()].flatMap((one) => one.targets))
  return [...new Set(targets.flatMap(({ endpoint, ip }) => (endpoint.node === node ? formatIp(ip) : [])))]
}
