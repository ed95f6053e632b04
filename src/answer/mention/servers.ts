/** Entries of ipsets and IPVS servers that are an address. */
import { formatIpPort, parsePort, parsePrefix, width } from '../../ruleset/address.ts'
import type { Ip } from '../../ruleset/address.ts'
import { formatIpSetAdd } from '../../ruleset/ipset.ts'
import type { IpSet, IpSetEntry } from '../../ruleset/ipset.ts'
import { protocolOf } from '../../ruleset/iptables.ts'
import type { VirtualServer } from '../../ruleset/ipvs.ts'
import { isKubeProxyIpSet } from './kube-proxy.ts'
import { isAbout, onlyPort, portOnly } from './mention.ts'
import type { Hit, Mention, MentionKind, Subject } from './mention.ts'

/** With `nodePorts`, a set of ports alone is about the address as well. */
export function mentionsInIpSet(set: IpSet, asked: Subject, nodePorts: boolean): Mention[] {
  const kinds = set.type.slice(set.type.indexOf(':') + 1).split(',')
  const byPort = kinds.join() === 'port' && nodePorts && asked.port !== undefined && isPortSetOf(set.name, asked.ip)
  return set.entries.flatMap((entry): Mention[] => {
    const at = byPort ? [0] : placesOf(entry, kinds, asked.ip)
    const hit: Hit = { as: kindOf(set.name, at), ...portsOf(entry, kinds) }
    if (at.length === 0 || !isAbout(hit, asked)) return []
    return [{ ...mentionOf(hit), place: `ipset ${set.name}`, at: entry.at, text: formatIpSetAdd(set, entry) }]
  })
}

/** A set of ports has no family but by its name. */
const isPortSetOf = (name: string, ip: Ip): boolean =>
  isKubeProxyIpSet(name) && name.startsWith('KUBE-6-') === (typeof ip === 'bigint')

/** kube-proxy asks its sets for `dst`, `dst,dst` or `dst,dst,src`. */
const kindOf = (name: string, at: readonly number[]): MentionKind =>
  !isKubeProxyIpSet(name) ? 'other' : at.includes(2) ? 'source' : 'frontend'

const mentionOf = (hit: Hit): Omit<Mention, 'at' | 'place' | 'text'> => ({
  as: hit.as,
  service: null,
  port: onlyPort(hit),
  protocol: hit.protocol ?? null,
  dispatches: false,
})

/** Which parts of the entry are the address. */
const placesOf = ({ parts }: IpSetEntry, kinds: readonly string[], ip: Ip): number[] =>
  parts.flatMap((part, i) => {
    const prefix = kinds[i] === 'ip' || kinds[i] === 'net' ? parsePrefix(part) : undefined
    return prefix?.address === ip && prefix.length === width(ip) ? [i] : []
  })

/** `tcp:80`, `80-90`, `80`. */
function portsOf({ parts }: IpSetEntry, kinds: readonly string[]): Omit<Hit, 'as'> {
  const part = parts[kinds.indexOf('port')]
  if (part === undefined) return {}
  const [range = '', protocol] = part.split(':').toReversed()
  const [from, to = from] = range.split('-').map(parsePort)
  return {
    protocol: protocolOf(protocol ?? ''),
    ports: from === undefined || to === undefined ? undefined : [[from, to]],
  }
}

export function mentionsInVirtualServer(server: VirtualServer, asked: Subject): Mention[] {
  const { ip, port, protocol, servers } = server
  const virtual = { ip, port, protocol }
  const place = `IPVS ${protocol} ${formatIpPort(ip, port)}`
  const lines = [
    ...(ip === asked.ip ? [{ as: 'frontend', line: server } as const] : []),
    ...servers.flatMap((line) => (line.ip === asked.ip ? [{ as: 'endpoint', line } as const] : [])),
  ]
  return lines.flatMap(({ as, line }) => {
    const hit: Hit = { as, protocol, ports: portOnly(line.port) }
    const { at, text } = line
    return isAbout(hit, asked) ? [{ ...mentionOf(hit), place, virtual, dispatches: as === 'frontend', at, text }] : []
  })
}
