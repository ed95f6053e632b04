/** Who gets the packets that everyone sends to some addresses, and why the others get none: nodes that agree are told once. */
import { fold } from '../answer/fold.ts'
import type { Group } from '../answer/fold.ts'
import { senderKinds } from '../answer/frontend-outcomes.ts'
import type { NodeOutcomes, SenderKind } from '../answer/frontend-outcomes.ts'
import type { Outcome } from '../answer/outcome.ts'
import { cutOutcomes } from './cut.ts'
import { reasonView } from './evidence.ts'
import { endpointText, formatShare, isTold, resultCell, ruleText, sourceText, whyText } from './outcome.ts'
import type { ViewOptions } from './style.ts'
import { layOut } from './table.ts'
import type { Cell, Column } from './table.ts'

interface Section {
  /** `ClusterIP 10.96.0.1:443`. */
  readonly title: string
  readonly nodes: readonly NodeOutcomes[]
}

const columns: readonly Column[] = [
  { header: 'FROM' },
  { header: 'NODES', shrink: true, min: 8 },
  { header: 'SHARE', align: 'right' },
  { header: 'GOES TO' },
  { header: 'POD', shrink: true, min: 12 },
  { header: 'ON' },
  { header: 'SOURCE' },
  { header: 'RULE', wide: true, below: true },
]

/** One table for all sections, so that their columns stand in line, with a title before each. Pods of `namespace` are named without it. */
export function outcomesView(titled: readonly Section[], namespace: string | undefined, options: ViewOptions): string {
  const { style } = options
  const sections = titled.map(({ nodes, title }) => {
    const groups = fold(nodes, options.wide).map((group) => ({ group, ...cutOutcomes(group.outcomes, options.limit) }))
    return {
      title,
      groups,
      rows: groups.map(({ group, shown }) =>
        rowsOf({ ...group, outcomes: shown }, nodes, `${namespace ?? ''}/`, options),
      ),
    }
  })
  const all = sections.flatMap(({ rows }) => rows.flat())
  const { between, header, rows: lines } = layOut(columns, all, { ...options, indent: '  ' })
  let next = 0
  const body = sections.map(({ groups, rows, title }) => {
    const parts = groups.map(({ group, more, shown }, i) => {
      const own = lines.slice(next, (next += rows[i]?.length ?? 0))
      return own.join(between) + more + reasons(group.nodes, shown, options)
    })
    return `${style.key(title)}\n${parts.join(between)}`
  })
  return header + body.join(between)
}

const senderNames: Readonly<Record<SenderKind, string>> = {
  pod: 'pods',
  node: 'nodes',
  outside: 'outside',
  allowed: 'allowed',
}

function rowsOf(
  group: Group,
  nodes: readonly NodeOutcomes[],
  namespace: string,
  { style, wide }: ViewOptions,
): Cell[][] {
  const who = sendersText(
    group.senders,
    senderKinds.filter((kind) => nodes.some(({ from }) => from[kind])),
  )
  const odd = group.nodes.length < nodes.length
  const where = odd ? group.nodes.join(', ') : nodes.length === 1 ? group.nodes.join() : 'all'
  return group.outcomes.map((outcome, i) => {
    const pod = outcome.endpoint?.pod ?? ''
    return [
      i === 0 ? who : '',
      i === 0 ? (odd ? { text: where, paint: style.warn } : where) : '',
      formatShare(outcome.share),
      outcome.endpoint ? endpointText(outcome) : resultCell(outcome, style),
      pod.startsWith(namespace) ? pod.slice(namespace.length) : pod,
      outcome.endpoint?.node ?? '',
      outcome.endpoint && isTold(outcome) ? resultCell(outcome, style) : seenSource(outcome, group, wide),
      isTold(outcome) ? '' : { text: ruleText(outcome), paint: style.dim },
    ]
  })
}

/** The source address that the endpoint sees, as it is on all of the group's nodes. */
export const seenSource = (outcome: Outcome, { sameSources }: Group, wide: boolean): string =>
  outcome.verdict === 'deliver' && outcome.masquerade && !sameSources ? "the node's" : sourceText(outcome, wide)

/** `pods, outside`, `all but pods`, `anyone`. */
export function sendersText(senders: readonly SenderKind[], all: readonly SenderKind[]): string {
  const others = all.filter((kind) => !senders.includes(kind))
  if (others.length === 0) return 'anyone'
  const [other] = others
  if (other && others.length === 1 && senders.length > 1) return `all but ${senderNames[other]}`
  return senders.map((kind) => senderNames[kind]).join(', ')
}

/** Why not delivered, with the rule. */
const reasons = (nodes: readonly string[], outcomes: readonly Outcome[], options: ViewOptions): string =>
  outcomes
    .filter(isTold)
    .map((outcome) => reasonView(whyText(outcome), outcome.evidence, nodes, options))
    .join('')
