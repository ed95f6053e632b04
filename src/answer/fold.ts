/** Nodes and senders that meet the same outcomes, told once; the odd ones first. */
import { senderKinds } from './frontend-outcomes.ts'
import type { NodeOutcomes, SenderKind } from './frontend-outcomes.ts'
import type { Outcome } from './outcome.ts'

export interface Group {
  readonly senders: readonly SenderKind[]
  readonly nodes: readonly string[]
  /** Of the first node: on the others only the addresses that masquerading gives may differ. */
  readonly outcomes: readonly Outcome[]
  /** Whether `outcomes` have the same source addresses on all nodes. */
  readonly sameSources: boolean
}

interface Cell {
  readonly kind: SenderKind
  readonly node: string
  readonly outcomes: readonly Outcome[]
}

/** Groups of the fewest nodes come first, then as senders and nodes are listed; with `apart`, other source addresses are other outcomes. */
export function fold(nodes: readonly NodeOutcomes[], apart = false): Group[] {
  const keyOf = (outcomes: readonly Outcome[]): string => signature(outcomes) + (apart ? `\n${sources(outcomes)}` : '')
  const kinds = senderKinds.flatMap((kind) => {
    const cells = nodes.flatMap(({ from, node }) => (from[kind] ? [{ kind, node, outcomes: from[kind] }] : []))
    return [...groupBy(cells, ({ outcomes }) => keyOf(outcomes)).values()]
  })
  const merged = groupBy(kinds, (cells) => [cells.map(({ node }) => node), keyOf(cells[0]?.outcomes ?? [])].join('|'))
  const groups = [...merged.values()].map((same) => groupOf(same.flat()))
  return groups.sort((a, b) => a.nodes.length - b.nodes.length)
}

function groupOf(cells: readonly Cell[]): Group {
  const outcomes = cells[0]?.outcomes ?? []
  return {
    senders: [...new Set(cells.map(({ kind }) => kind))],
    nodes: [...new Set(cells.map(({ node }) => node))],
    outcomes,
    sameSources: cells.every((cell) => sources(cell.outcomes) === sources(outcomes)),
  }
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

/** What makes outcomes differ for a reader: not the node's own address, nor where the rule stands in a file. */
const signature = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map(({ endpoint, masquerade, reply, share, verdict }) =>
      [verdict, share.toFixed(6), endpoint?.ip, endpoint?.port, masquerade, reply].join(' '),
    )
    .join('\n')

const sources = (outcomes: readonly Outcome[]): string => outcomes.map(({ sourceSeen }) => sourceSeen).join(' ')
