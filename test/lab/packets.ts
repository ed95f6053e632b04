/** Packets by chance: mostly to what the rules are about. */
import { nodeName, pods } from './network.ts'
import type { Host } from './network.ts'
import type { Service } from './services.ts'
import type { Words } from './words.ts'

export interface Sent {
  /** As `kpx trace` names them. */
  readonly from: string
  readonly to: string
  readonly host: Host | undefined
  /** Empty for the node itself. */
  readonly source: string
  readonly protocol: 'TCP' | 'UDP'
  readonly destination: string
  readonly port: number
}

/** Of both families where the rules may be about both. */
export function packetsBy(words: Words, services: readonly Service[], count: number, both: boolean): Sent[] {
  const other = words.other()
  return Array.from({ length: count }, () =>
    both && words.percent(15) ? packetBy(other, []) : packetBy(words, services),
  )
}

function packetBy(words: Words, services: readonly Service[]): Sent {
  const sender = senderBy(words)
  const { destination, port, protocol } = words.percent(services.length > 0 ? 55 : 0)
    ? frontendBy(words, services)
    : anyBy(words)
  // what a pod sends to itself stays inside
  const stays = sender.from.startsWith('pod/') && words.places.loopback.includes(destination)
  if (stays || destination === sender.source) return packetBy(words, services)
  const upper = protocol === 'tcp' ? 'TCP' : 'UDP'
  const address = destination.includes(':') ? `[${destination}]:${port}` : `${destination}:${port}`
  return { ...sender, to: `${protocol}/${address}`, protocol: upper, destination, port }
}

type Sender = Pick<Sent, 'from' | 'host' | 'source'>

function senderBy(words: Words): Sender {
  const kind = words.below(10)
  if (kind < 3) return { from: `node/${nodeName}`, host: undefined, source: '' }
  if (kind < 6) {
    const source = words.pick(words.places.clients)
    return { from: `outside/${nodeName}/${source}`, host: { link: 'eth0', ips: [source, source] }, source }
  }
  const [name, host] = words.pick(Object.entries(pods))
  return { from: `pod/lab/${name}`, host, source: host.ips[words.family === 'ip' ? 0 : 1] }
}

type Frontend = Pick<Service, 'port' | 'protocol'> & { readonly destination: string }

function frontendBy(words: Words, services: readonly Service[]): Frontend {
  const { external, ip, nodePort, port, protocol } = words.pick(services)
  const own = [...words.places.own, ...(words.percent(20) ? words.places.loopback : [])]
  if (nodePort !== undefined && words.percent(40)) return { destination: words.pick(own), port: nodePort, protocol }
  return { destination: external !== undefined && words.percent(50) ? external : ip, port, protocol }
}

function anyBy(words: Words): Frontend {
  const { loopback, refused } = words.places
  const destination = words.percent(85) ? words.destination() : words.pick([...loopback, ...refused])
  return { destination, port: words.percent(85) ? words.port() : 1 + words.below(65535), protocol: words.protocol() }
}
