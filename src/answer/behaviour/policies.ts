/** How the traffic policies act: on which nodes' pods clients are sent to. */
import { qualified } from '../../cluster/objects.ts'
import type { Service } from '../../cluster/objects.ts'
import { parseIp } from '../../ruleset/address.ts'
import { groupBy } from '../fold.ts'
import type { Scene } from '../scene.ts'
import { fateOf, isStopped, isUnknown, listText, nothing, reached, readyEndpoints } from './met.ts'
import type { Behaviour, Met, Topic } from './met.ts'

interface Policy {
  readonly about: 'internalTrafficPolicy' | 'externalTrafficPolicy'
  readonly title: string
  readonly value: string | undefined
  /** What `Local` means for these clients. */
  readonly local: string
  readonly mets: readonly Met[]
}

export function policyTopics(service: Service, mets: readonly Met[], scene: Scene): Topic[] {
  const isInternal = ({ frontend }: Met): boolean => frontend.kind === 'ClusterIP'
  const policies: readonly Policy[] = [
    {
      about: 'internalTrafficPolicy',
      title: 'Internal traffic policy',
      value: service.internalTrafficPolicy,
      local: 'clients reach only pods of their own node',
      mets: mets.filter(isInternal),
    },
    {
      about: 'externalTrafficPolicy',
      title: 'External traffic policy',
      value: service.externalTrafficPolicy,
      local: 'clients outside reach only pods of the node that they come in by',
      mets: mets.filter((met) => !isInternal(met) && isFromBeyond(met, service)),
    },
  ]
  return policies.map((policy) =>
    policy.value === 'Local' ? localTopic(policy, service, scene) : clusterTopic(policy, service, scene),
  )
}

/** Source ranges close a load balancer's address to all but those whom they allow. */
const isFromBeyond = ({ frontend, kind }: Met, { loadBalancerSourceRanges }: Service): boolean =>
  kind === (frontend.kind === 'LoadBalancer' && loadBalancerSourceRanges.length > 0 ? 'allowed' : 'outside')

function localTopic({ about, local, mets, title }: Policy, service: Service, scene: Scene): Topic {
  const ready = readyEndpoints(service, scene)
  if (mets.length === 0 || ready?.length === 0) return nothing
  const byNode = groupBy(mets, ({ node }) => node)
  const nodes = [...byNode.keys()]
  const on = (some: readonly string[]): Met[] => some.flatMap((node) => byNode.get(node) ?? [])
  const straying = nodes.filter((node) => reached(on([node])).some((one) => one.node !== null && one.node !== node))
  const lacking = nodes.filter((node) => on([node]).every(isStopped))
  const despite = lacking.filter((node) => ready?.some((endpoint) => endpoint.node === node))
  const without = lacking.filter((node) => !despite.includes(node))
  const isPlaced = reached(mets).every(({ node }) => node !== null)
  const clauses = [
    strayingText(straying),
    despite.length === 0
      ? ''
      : `but their packets are ${fateOf(on(despite))} on ${listText(despite)} in spite of ready ones there`,
    withoutText(without, fateOf(on(without)), ready !== undefined),
    isPlaced ? '' : 'on which node some endpoints are is not recorded',
  ]
  const isBroken = straying.length + despite.length > 0
  const isSeen = ready !== undefined && isPlaced && !mets.some(isUnknown)
  const text = `${title} Local: ${[local, ...clauses].filter((clause) => clause !== '').join('; ')}.`
  return {
    said: [{ about, holds: isBroken ? false : isSeen || null, text }],
    explained: on(without),
  }
}

function strayingText(nodes: readonly string[]): string {
  if (nodes.length === 0) return ''
  return `but ${listText(nodes)} ${nodes.length === 1 ? 'sends' : 'send'} some of them to pods of other nodes`
}

function withoutText(nodes: readonly string[], fate: string, isRecorded: boolean): string {
  if (nodes.length === 0) return ''
  if (!isRecorded) return `their packets are ${fate} on ${listText(nodes)}`
  return `${listText(nodes)} ${nodes.length === 1 ? 'has' : 'have'} none ready, so their packets are ${fate} there`
}

/** Says something only where nodes that send to pods send to different ones. */
function clusterTopic({ about, mets, title }: Policy, service: Service, scene: Scene): Topic {
  const byPacket = groupBy(mets, ({ frontend, kind }) =>
    [frontend.kind, frontend.ip, frontend.family, frontend.port, kind].join(' '),
  )
  const isSplit = [...byPacket.values()].some((same) => {
    const sets = same.map((met) => addressesOf([met])).filter((addresses) => addresses !== '')
    return new Set(sets).size > 1
  })
  if (!isSplit) return nothing
  return { said: [splitBehaviour(about, title, mets, service, scene)], explained: [] }
}

const addressesOf = (mets: readonly Met[]): string =>
  reached(mets)
    .map(({ ip, port }) => `${ip} ${port}`)
    .sort()
    .join()

function splitBehaviour(
  about: Policy['about'],
  title: string,
  mets: readonly Met[],
  service: Service,
  { cluster }: Scene,
): Behaviour {
  const zonesOf = (text: string): readonly string[] => {
    const ip = parseIp(text)
    const listed = ip === undefined ? [] : cluster.endpointsAt(ip)
    return listed.find((one) => one.service === qualified(service))?.zones ?? []
  }
  const isHinted = mets.every((met) => {
    const zone = cluster.node(met.node)?.zone ?? ''
    return reached([met]).every(({ ip }) => zonesOf(ip).includes(zone))
  })
  return isHinted
    ? { about, holds: true, text: `${title} Cluster: each node sends to the pods that hints name for its zone.` }
    : { about, holds: false, text: `${title} Cluster, but nodes send to different pods.` }
}
