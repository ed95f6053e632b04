/** What ipvs mode has left beside chains: virtual servers, the device that binds their addresses, ipsets. */
import type { SeenNode } from '../../answer/status/node.ts'
import type { Scene } from '../../answer/scene.ts'
import { decodeModprobe } from '../../decode/modprobe.ts'
import { sourceFile } from '../../decode/source.ts'
import { formatIpPort } from '../../ruleset/address.ts'
import { formatIpSetCreate } from '../../ruleset/ipset.ts'
import { formatRealServer, formatVirtualServer, ipvsDevice } from '../../ruleset/ipvs.ts'
import type { VirtualServer } from '../../ruleset/ipvs.ts'
import type { Rule, Ruleset } from '../../ruleset/ruleset.ts'
import { counted } from '../../answer/status/programmed.ts'
import { minorOf } from '../../version.ts'
import { listed } from './lines.ts'
import type { Line } from './lines.ts'
import { ipvsSets } from './names.ts'
import { boundIn, ownServers } from './own-servers.ts'
import type { Command, Removal, Stays } from './plan.ts'

export interface IpvsLeft {
  readonly removals: readonly Removal[]
  readonly stays: readonly Stays[]
}

/** `others`: the rules that stay. */
export function ipvsLeft(seen: SeenNode, scene: Scene, others: () => Iterable<Rule>): IpvsLeft {
  const { ruleset, status } = seen
  if (!ruleset || status.running === 'ipvs') return nothing
  const sets = setsLeft(ruleset, others)
  const servers = serversLeft(ruleset, seen, scene)
  return { removals: [...servers.removals, ...sets.removals], stays: [...servers.stays, ...sets.stays] }
}

interface Servers {
  readonly own: readonly VirtualServer[]
  readonly foreign: readonly VirtualServer[]
  readonly hasDevice: boolean
  readonly what: string
}

function serversIn(ruleset: Ruleset, scene: Scene): Servers {
  const isOwn = ownServers(ruleset, scene)
  const all = ruleset.virtualServers?.servers ?? []
  const own = all.filter(isOwn)
  const hasDevice = ruleset.interfaces.some(({ name }) => name === ipvsDevice)
  const what = whatOf(own, boundIn(ruleset), hasDevice)
  return { own, foreign: all.filter((server) => !isOwn(server)), hasDevice, what }
}

function serversLeft(ruleset: Ruleset, seen: SeenNode, scene: Scene): IpvsLeft {
  const { pod } = seen
  const { node } = seen.status
  const servers = serversIn(ruleset, scene)
  const { foreign, hasDevice, own, what } = servers
  if (own.length === 0 && !hasDevice) return nothing
  const has = (file: string): boolean => scene.capture.file(node, file) !== undefined
  const lines = [...own.flatMap(serverLines), ...(hasDevice ? listed('ip-link', [ipvsDevice]) : [])]
  // what lists them is there to delete them as well
  if ((own.length === 0 || has('ipvsadm-save.txt')) && (!hasDevice || has('ip-addr.json')))
    return { removals: [{ what, mode: 'ipvs', lines, by: 'commands', commands: commandsFor(servers) }], stays: [] }
  const [first] = foreign
  const line = first && { ...first.at, text: first.text }
  if (first || ruleset.virtualServers?.cut) return { removals: [], stays: [{ what, why: besideOthers, line }] }
  if (pod?.daemonSet === undefined) return { removals: [], stays: [{ what, why: withoutRestart, line }] }
  if (!canFlush(seen, scene)) return { removals: [], stays: [{ what, why: withoutModprobe, line }] }
  return { removals: [{ what, mode: 'ipvs', lines, by: 'kube-proxy' }], stays: [] }
}

/**
 * Since 1.34 kube-proxy --cleanup leaves alone what IPVS has where `modprobe -va ip_vs` fails in its pod (CleanupLeftovers,
 * pkg/proxy/ipvs/proxier.go): also where there is no modprobe.
 */
function canFlush({ status: { node, version } }: SeenNode, { capture }: Scene): boolean {
  const minor = minorOf(version ?? '')
  if (minor !== undefined && minor < 34) return true
  const told = capture.file(node, 'modprobe.txt')
  // another way leads to another modprobe than the pod's
  const isOfPod = (capture.reached(node)?.way ?? 'exec') === 'exec'
  return isOfPod && told !== undefined && decodeModprobe(sourceFile('modprobe.txt', told)).found.has('ip_vs')
}

const nothing: IpvsLeft = { removals: [], stays: [] }

const besideOthers =
  'there is no ipvsadm to be run there, and kube-proxy --cleanup takes away the virtual servers of other programs as well'
const withoutModprobe =
  'there is no ipvsadm to be run there, and kube-proxy --cleanup leaves them since 1.34 where modprobe is not in its pod or finds no ip_vs there: restart the node'
const withoutRestart =
  'there is no ipvsadm to be run there, and its kube-proxy, which could do it with --cleanup, belongs to no DaemonSet that would start it anew'

const options = { SCTP: '--sctp-service', TCP: '-t', UDP: '-u' } as const

const commandsFor = ({ hasDevice, own }: Servers): Command[] =>
  [
    ...own.map(({ ip, port, protocol }) => ['ipvsadm', '-D', options[protocol], formatIpPort(ip, port)]),
    ...(hasDevice ? [['ip', 'link', 'delete', ipvsDevice]] : []),
  ].map((words) => ({ words: [words] }))

const whatOf = (own: readonly VirtualServer[], bound: ReadonlySet<string>, hasDevice: boolean): string =>
  [
    ...(own.length > 0 ? [counted(own.length, 'IPVS virtual server')] : []),
    // which addresses it has is not always told
    ...(hasDevice
      ? [`device ${ipvsDevice}${bound.size === 0 ? '' : ` with ${counted(bound.size, 'address', 'addresses')}`}`]
      : []),
  ].join(' and ')

const serverLines = (server: VirtualServer): Line[] => [
  { ...server.at, text: formatVirtualServer(server) },
  ...server.servers.map((real) => ({ ...real.at, text: formatRealServer(server, real) })),
]

function setsLeft({ ipsets }: Ruleset, others: () => Iterable<Rule>): IpvsLeft {
  const own = [...(ipsets?.values() ?? [])].filter(({ name }) => ipvsSets.has(name))
  if (own.length === 0) return nothing
  const users = new Map<string, Rule>()
  for (const rule of others()) {
    for (const [, name = ''] of rule.text.matchAll(/-set (KUBE-\S+)/g)) users.set(name, rule)
  }
  const going = own.filter(({ name }) => !users.has(name))
  const stays = own.flatMap(({ name }): Stays[] => {
    const by = users.get(name)
    return by
      ? [{ what: `ipset ${name}`, why: 'a rule that is not of kube-proxy uses it', line: { ...by.at, text: by.text } }]
      : []
  })
  if (going.length === 0) return { removals: [], stays }
  const lines = going.flatMap((set) => [{ ...set.at, text: formatIpSetCreate(set) }])
  const stdin = going.map(({ name }) => `destroy ${name}\n`).join('')
  const what = counted(going.length, 'ipset')
  return {
    removals: [{ what, mode: 'ipvs', lines, by: 'commands', commands: [{ words: [['ipset', 'restore']], stdin }] }],
    stays,
  }
}
