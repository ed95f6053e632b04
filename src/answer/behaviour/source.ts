/** Whom the source ranges let through, and whose address pods see. */
import type { Service } from '../../cluster/objects.ts'
import { contains, familyOf, parsePrefix } from '../../ruleset/address.ts'
import { groupBy } from '../fold.ts'
import type { Scene } from '../scene.ts'
import { outsideSender } from '../source.ts'
import { fateOf, isStopped, isUnknown, listText, nodesOf, nothing, reached, senderText } from './met.ts'
import type { Behaviour, Met, Topic } from './met.ts'

export function rangesTopic(service: Service, mets: readonly Met[], scene: Scene): Topic {
  const { loadBalancerSourceRanges: ranges } = service
  if (ranges.length === 0) return nothing
  const about = 'loadBalancerSourceRanges'
  const title = `Source ranges ${listText(ranges)}`
  const balanced = mets.filter(({ frontend }) => frontend.kind === 'LoadBalancer')
  if (balanced.length === 0) {
    const text = `${title} close nothing on the nodes: they have no load balancer address of the Service.`
    return { said: [{ about, holds: true, text }], explained: [] }
  }
  const others = balanced.filter((met) => met.kind === 'outside' && !isAllowed(met, ranges, scene))
  const open = others.filter((met) => reached([met]).length > 0)
  const closed = balanced.filter((met) => met.kind !== 'allowed' && isStopped(met))
  const pods = podsText(balanced, fateOf(others))
  const holds = open.length > 0 ? false : others.some(isUnknown) ? null : true
  const text = {
    true: `others${pods} are ${fateOf(others)} at the load balancer's address.`,
    false: `but others get through on ${listText(nodesOf(open))}.`,
    null: 'whether others get through cannot be told.',
  }[`${holds}`]
  if (others.length === 0)
    return { said: [{ about, holds: true, text: `${title}: everyone is allowed.` }], explained: closed }
  return { said: [{ about, holds, text: `${title}: ${text}` }], explained: closed }
}

/** Told where all pods meet what others do. */
function podsText(balanced: readonly Met[], fate: string): string {
  const pods = balanced.filter(({ kind }) => kind === 'pod')
  return pods.length > 0 && fateOf(pods) === fate ? ', pods among them,' : ''
}

/** Whether the ranges allow the address that stands for clients beyond the cluster. */
function isAllowed({ frontend, node }: Met, ranges: readonly string[], scene: Scene): boolean {
  const { source } = outsideSender(node, scene)
  const ips = source.kind === 'outside' ? source.ips.filter((ip) => familyOf(ip) === frontend.family) : []
  return ranges.flatMap((range) => parsePrefix(range) ?? []).some((range) => ips.some((ip) => contains(range, ip)))
}

/** Nodes are left out: their address is a node's in any case. */
export function sourceBehaviour(service: Service, mets: readonly Met[]): Behaviour[] {
  const clients = mets.filter((met) => met.kind !== 'node' && reached([met]).length > 0)
  if (clients.length === 0) return []
  const noun = reached(clients).every(({ pod }) => pod !== null) ? 'Pods' : 'Endpoints'
  const masked = clients.filter(isMasked)
  if (masked.length === 0) return [{ about: 'source', holds: true, text: `${noun} see the client's own address.` }]
  const isBroken =
    service.externalTrafficPolicy === 'Local' &&
    masked.some(({ frontend, kind }) => frontend.kind !== 'ClusterIP' && kind !== 'pod')
  const text = clients.every(isAlwaysMasked)
    ? `${noun} see an address of the node, not the client's (masquerade)`
    : `${noun} see the client's own address, but the node's (masquerade) for ${maskedText(masked, clients)}`
  const though = isBroken ? ', though the external traffic policy Local should keep it' : ''
  return [{ about: 'source', holds: !isBroken, text: `${text}${though}.` }]
}

const isMasked = ({ outcomes }: Met): boolean => outcomes.some(({ endpoint, sourceKept }) => endpoint && !sourceKept)

const isAlwaysMasked = ({ outcomes }: Met): boolean =>
  outcomes.every(({ endpoint, sourceKept }) => !endpoint || !sourceKept)

/** `clients outside at ClusterIP, all clients at NodePort`. */
function maskedText(masked: readonly Met[], clients: readonly Met[]): string {
  const kinds = [...new Set(masked.map(({ frontend }) => frontend.kind))]
  const byWho = groupBy(kinds, (kind) => {
    const own = clients.filter(({ frontend }) => frontend.kind === kind)
    const who = new Set(own.filter(isMasked).map((met) => senderText[met.kind]))
    const isAlways = own.filter((met) => who.has(senderText[met.kind])).every(isAlwaysMasked)
    const isAll = own.every((met) => who.has(senderText[met.kind]))
    if (!isAlways) return `some ${isAll ? 'clients' : [...who].join(' and ')}`
    return isAll ? 'all clients' : [...who].join(' and ')
  })
  return [...byWho].map(([who, at]) => `${who} at ${listText(at)}`).join(', ')
}
