/** Who gets the connections, and whether the API's endpoints do. */
import { qualified } from '../../cluster/objects.ts'
import type { Endpoint as ListedEndpoint, Service } from '../../cluster/objects.ts'
import { familyOf, parseIp } from '../../ruleset/address.ts'
import { addressText } from '../outcome.ts'
import type { Endpoint } from '../outcome.ts'
import type { Scene } from '../scene.ts'
import { isStale } from '../service-findings.ts'
import { fateOf, isRefused, isStopped, isUnknown, listText, nothing, reached, readyEndpoints } from './met.ts'
import type { Met, Topic } from './met.ts'

/** `byPolicy` are the packets that a policy or source range stops. */
export function endpointsTopic(
  service: Service,
  mets: readonly Met[],
  byPolicy: ReadonlySet<Met>,
  scene: Scene,
): Topic {
  const endpoints = new Map(reached(mets).map((endpoint) => [nameOf(endpoint), endpoint]))
  if (endpoints.size > 0) return servedTopic(service, mets, endpoints, scene)
  const stopped = mets.filter((met) => isStopped(met) && !byPolicy.has(met))
  if (stopped.length === 0) return nothing
  const say = (text: string, holds: boolean | null, explained: readonly Met[] = []): Topic => ({
    said: [{ about: 'endpoints', text: `${text}: connections are ${fateOf(stopped)}.`, holds }],
    explained,
  })
  const ready = readyEndpoints(service, scene)
  if (service.leftToOthers) return say('Its labels leave it to another proxy', true, stopped)
  if (ready === undefined) return say('No packet reaches an endpoint, and which there are is not recorded', null)
  if (ready.length > 0) return say(`${countText(ready)} ready, but no packet reaches one`, false)
  return say('No endpoint is ready', stopped.every(isRefused), stopped.filter(isRefused))
}

const nameOf = ({ ip, pod, port }: Endpoint): string => pod ?? addressText({ ip, port })

function servedTopic(
  service: Service,
  mets: readonly Met[],
  endpoints: ReadonlyMap<string, Endpoint>,
  scene: Scene,
): Topic {
  const [[name, first] = ['', undefined]] = endpoints
  const noun = [...endpoints.values()].every(({ pod }) => pod !== null) ? 'pods' : 'endpoints'
  const where = first?.node ? ` on ${first.node}` : ''
  const who =
    endpoints.size === 1
      ? `Connections go to ${name}${where}`
      : `Connections go to ${endpoints.size} ${noun}${sharesText(mets, endpoints.size)}`
  const stale = staleNames(service, mets, scene)
  const missed = missedNames(service, mets, scene)
  const clauses = [
    ...(stale.length > 0 ? [`but the API lists no such endpoint as ${listText(stale)}`] : []),
    ...(missed.length > 0 ? [`but none to ${listText(missed)}, though ready`] : []),
  ]
  return {
    said: [{ about: 'endpoints', holds: clauses.length === 0, text: `${[who, ...clauses].join('; ')}.` }],
    explained: [],
  }
}

/** Said where it is true of everyone who gets through. */
function sharesText(mets: readonly Met[], count: number): string {
  const served = mets.filter((met) => reached([met]).length > 0 && !isUnknown(met))
  const isEven = served.every(({ outcomes }) => {
    const [first] = outcomes
    const isSame = outcomes.every(({ share }) => Math.abs(share - (first?.share ?? 0)) < 1e-6)
    return (
      isSame &&
      outcomes.length === count &&
      new Set(outcomes.flatMap(({ endpoint }) => (endpoint ? [nameOf(endpoint)] : []))).size === count
    )
  })
  return isEven ? `, ${Math.round(1000 / count) / 10}% to each` : ''
}

function staleNames(service: Service, mets: readonly Met[], { cluster }: Scene): string[] {
  const outcomes = mets.flatMap((met) => met.outcomes)
  const stale = outcomes.filter((outcome) => isStale(outcome, qualified(service), cluster))
  return [...new Set(stale.flatMap(({ endpoint }) => (endpoint ? [addressText(endpoint)] : [])))]
}

/** Ready ones that nobody reaches, though neither policy nor hints keep clients from them. */
function missedNames(service: Service, mets: readonly Met[], scene: Scene): string[] {
  if (service.internalTrafficPolicy === 'Local') return []
  const served = mets.filter((met) => met.frontend.kind === 'ClusterIP' && reached([met]).length > 0)
  const ips = new Set(reached(mets).map(({ ip }) => parseIp(ip)))
  const isAsked = ({ ip, ports }: ListedEndpoint): boolean =>
    ports.some(({ name, protocol }) => service.ports.some((one) => one.name === name && one.protocol === protocol)) &&
    served.some(({ frontend }) => frontend.family === familyOf(parseIp(ip) ?? 0))
  const missed = (readyEndpoints(service, scene) ?? []).filter(
    (endpoint) => endpoint.zones.length === 0 && isAsked(endpoint) && !ips.has(parseIp(endpoint.ip)),
  )
  return [...new Set(missed.map(({ ip, pod }) => (pod === undefined ? ip : `${pod} (${ip})`)))]
}

const countText = (ready: readonly ListedEndpoint[]): string => {
  const count = new Set(ready.map(({ ip, pod }) => pod ?? ip)).size
  return count === 1 ? '1 endpoint is' : `${count} endpoints are`
}
