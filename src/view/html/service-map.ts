/** What the picture of a Service's port shows: who sends to which of its addresses, and where that ends; what is the same is told once. */
import type { ExplainedPort } from '../../answer/explain-service.ts'
import { fold, groupBy } from '../../answer/fold.ts'
import type { Group } from '../../answer/fold.ts'
import { senderKinds } from '../../answer/frontend-outcomes.ts'
import type { NodeOutcomes } from '../../answer/frontend-outcomes.ts'
import type { Outcome } from '../../answer/outcome.ts'
import { cutOutcomes } from '../cut.ts'
import { endpointText, formatShare, isTold, resultCell } from '../outcome.ts'
import { sendersText } from '../outcomes.ts'
import { frontendWords } from '../explain-service.ts'
import { pageOptions, toneOf } from './tone.ts'
import type { Tone } from './tone.ts'

/** An endpoint, or how it ends without one. */
export interface End {
  readonly name: string
  /** Its address, where its name is another. */
  readonly address: string
  readonly share: string
  /** From 0 to 1. */
  readonly part: number
  /** `refused`; undefined where all is well. */
  readonly result: { readonly word: string; readonly tone: Tone | undefined } | undefined
}

/** Ends of one node; null where they are of none. */
export interface Place {
  readonly node: string | null
  readonly ends: readonly End[]
}

export interface Sender {
  readonly who: string
  /** `on all 3 nodes`, `on 2 of 3 nodes`, `on node2 only`. */
  readonly where: string
  readonly isOdd: boolean
}

/** Senders that meet the same. */
export interface Band {
  readonly senders: readonly Sender[]
  readonly places: readonly Place[]
}

export interface ServiceMap {
  /** `['ClusterIP', '10.96.0.1:80']` each. */
  readonly addresses: readonly (readonly [string, string])[]
  readonly bands: readonly Band[]
}

/** Addresses at which everyone meets the same are in one map. Pods of `namespace` are named without it. */
export function mapsOf({ frontends }: ExplainedPort, namespace: string): ServiceMap[] {
  const all = frontends.map((frontend) => ({
    address: frontendWords(frontend),
    bands: bandsOf(frontend.nodes, `${namespace}/`),
  }))
  return [...groupBy(all, ({ bands }) => JSON.stringify(bands)).values()].map((same) => ({
    addresses: same.map(({ address }) => address),
    bands: same[0]?.bands ?? [],
  }))
}

function bandsOf(nodes: readonly NodeOutcomes[], namespace: string): Band[] {
  const kinds = senderKinds.filter((kind) => nodes.some(({ from }) => from[kind]))
  const ending = fold(nodes).map((group) => ({ group, places: placesOf(group.outcomes, namespace) }))
  return [...groupBy(ending, ({ places }) => JSON.stringify(places)).values()].map((same) => ({
    senders: sendersOf(
      same.map(({ group }) => group),
      kinds,
      nodes.length,
    ),
    places: same[0]?.places ?? [],
  }))
}

/** Whether the source address is replaced is not in the picture: senders of the same nodes are one. */
const sendersOf = (groups: readonly Group[], kinds: Group['senders'], of: number): Sender[] =>
  [...groupBy(groups, ({ nodes }) => nodes.join(' ')).values()].map((same) => {
    const { nodes } = same[0] ?? { nodes: [] }
    const own = new Set(same.flatMap(({ senders }) => senders))
    return {
      who: sendersText(
        kinds.filter((kind) => own.has(kind)),
        kinds,
      ),
      where: whereText(nodes, of),
      isOdd: nodes.length < of,
    }
  })

/** A picture has room for the name of one. */
function whereText(nodes: readonly string[], of: number): string {
  if (nodes.length > 1) return nodes.length === of ? `on all ${of} nodes` : `on ${nodes.length} of ${of} nodes`
  return `on ${nodes.join()}${nodes.length < of ? ' only' : ''}`
}

/** What a picture has room for; the table has more. */
const mostEndpoints = 30

function placesOf(outcomes: readonly Outcome[], namespace: string): Place[] {
  const { hidden, share, shown } = cutOutcomes(outcomes, mostEndpoints)
  const byNode = groupBy(shown, ({ endpoint }) => JSON.stringify(endpoint?.node ?? null))
  const places = [...byNode.values()].map((own) => ({
    node: own[0]?.endpoint?.node ?? null,
    ends: own.map((one) => endOf(one, namespace)),
  }))
  return hidden === 0 ? places : [...places, { node: null, ends: [restOf(hidden, share)] }]
}

function endOf(outcome: Outcome, namespace: string): End {
  const { endpoint, share } = outcome
  const address = endpointText(outcome)
  const pod = endpoint?.pod ?? address
  const result = resultOf(outcome)
  return {
    name: endpoint ? (pod.startsWith(namespace) ? pod.slice(namespace.length) : pod) : (result?.word ?? ''),
    address: pod === address ? '' : address,
    share: formatShare(share),
    part: share,
    result,
  }
}

function resultOf(outcome: Outcome): End['result'] {
  if (!isTold(outcome)) return undefined
  const cell = resultCell(outcome, pageOptions.style)
  return typeof cell === 'string' ? { word: cell, tone: undefined } : { word: cell.text, tone: toneOf(cell.paint) }
}

const restOf = (count: number, share: number): End => ({
  name: `and ${count} more endpoint${count === 1 ? '' : 's'}`,
  address: '',
  share: formatShare(share),
  part: share,
  result: undefined,
})
