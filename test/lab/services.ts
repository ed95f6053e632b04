/** Services by chance, for kube-proxy's wiring in each mode. */
import type { Protocol, Words } from './words.ts'

export interface Service {
  /** Unlike any other's of the ruleset, also as a part of a chain's name. */
  readonly name: string
  readonly protocol: Protocol
  readonly ip: string
  readonly port: number
  readonly endpoints: readonly string[]
  readonly endpointPort: number
  /** An external or a load balancer's address. */
  readonly external?: string | undefined
  readonly nodePort?: number | undefined
  /** Only endpoints of the node get what comes from outside. */
  readonly local: boolean
  /** Networks that the external address is for. */
  readonly ranges: readonly string[]
  /** Clients stay with their endpoint: those of the lab are new, since what is kept of them is emptied before each packet. */
  readonly sticky: boolean
}

export function servicesBy(words: Words): Service[] {
  const taken = new Set<string>()
  const isFree = (key: string): boolean => !taken.has(key) && taken.add(key).size > 0
  const made: Service[] = []
  for (let i = 1 + words.below(3); i > 0; i--) {
    const protocol = words.protocol()
    const { pods, remote, services, clients } = words.places
    const [ip, port] = [words.pick(services.slice(0, 3)), words.pick([53, 80, 443])]
    if (!isFree(`${protocol} ${ip} ${port}`)) continue
    const external = words.percent(50) ? words.pick(services.slice(3)) : undefined
    const nodePort = words.percent(40) ? words.pick([30080, 30443]) : undefined
    made.push({
      name: `LAB${made.length}`,
      protocol,
      ip,
      port,
      endpoints: words.percent(15) ? [] : words.some([...pods, ...remote], 4),
      endpointPort: words.pick([53, 8080]),
      external: external !== undefined && isFree(`${protocol} ${external} ${port}`) ? external : undefined,
      nodePort: nodePort !== undefined && isFree(`${protocol} ${nodePort}`) ? nodePort : undefined,
      local: words.percent(30),
      sticky: words.percent(10),
      ranges: words.percent(30)
        ? words.some([...words.places.prefixes.slice(3, 5), ...clients.map((one) => words.whole(one))], 2)
        : [],
    })
  }
  return made
}

export const localEndpoints = ({ endpoints }: Service, { places: { pods } }: Words): string[] =>
  endpoints.filter((one) => pods.includes(one))

export const socketAddress = (ip: string, port: number): string =>
  ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
