/** A pod, and what it gets of every Service's packets. */
import { conditionText } from '../answer/address-roles.ts'
import type { PodExplanation, PodService } from '../answer/explain-pod.ts'
import type { PodFrontend, PodShare } from '../answer/pod-frontends.ts'
import { addressText } from '../answer/outcome.ts'
import type { Outcome } from '../answer/outcome.ts'
import { reasonView } from './evidence.ts'
import { findingsView } from './finding.ts'
import { formatShare, isTold, resultCell, whyText } from './outcome.ts'
import { fields, paragraph } from './prose.ts'
import { seenView } from './seen.ts'
import type { Style, ViewOptions } from './style.ts'
import { layOut } from './table.ts'
import type { Cell, Column } from './table.ts'

export function explainPodView(explanation: PodExplanation, options: ViewOptions): string {
  const { findings, seen, why } = explanation
  return [
    headView(explanation, options),
    why === null ? servicesView(explanation, options) : `\n${paragraph(`no traffic of a Service: ${why}`, options)}`,
    findingsView(findings, options),
    seenView(seen, options),
  ].join('')
}

function headView(explanation: PodExplanation, options: ViewOptions): string {
  const { hostNetwork, ips, node, phase, pod, ready, terminating } = explanation
  const states = [
    phase ?? 'phase not recorded',
    ready === null ? 'readiness not recorded' : ready ? 'ready' : 'not ready',
    ...(terminating ? ['terminating'] : []),
  ]
  return fields(
    [
      { name: 'Pod', text: pod, paint: options.style.bold },
      { name: 'Node', text: node ?? 'none' },
      { name: 'IPs', text: ips.join(', ') || 'none' },
      { name: 'Status', text: states.join(', ') },
      { name: 'Network', text: hostNetwork ? "its node's (hostNetwork): it shares the node's addresses" : '' },
    ],
    options,
  )
}

const columns: readonly Column[] = [
  { header: 'FRONTEND', shrink: true, min: 24 },
  { header: 'ENDPOINT' },
  { header: 'STATE', shrink: true, min: 7 },
  { header: 'NODES', shrink: true, min: 6 },
  { header: 'SHARE', align: 'right' },
  { header: 'CALLS ITSELF' },
  { header: 'ASKED FROM', wide: true },
]

/** Nodes of which the pod gets the same share for the same reason. */
interface Group {
  readonly share: PodShare
  readonly nodes: string[]
}

/** One table for all Services, so that their columns stand in line, with a title before each. */
function servicesView({ services }: PodExplanation, options: ViewOptions): string {
  const sections = services.map((service) => ({
    service,
    rows: service.frontends.flatMap((frontend) =>
      fold(frontend.nodes).map((group, i) => ({ group, cells: cellsOf(group, frontend, i === 0, options.style) })),
    ),
  }))
  const all = sections.flatMap(({ rows }) => rows.map(({ cells }) => cells))
  const { between, header, rows: lines } = layOut(columns, all, { ...options, indent: '  ' })
  let next = 0
  const body = sections.map(({ rows, service }) => {
    const told = rows.map(({ group }) => (lines[next++] ?? '') + whyView(group, options))
    return `${paragraph(service.service + noteText(service), options, '', options.style.key)}${told.join(between)}`
  })
  return `\n${all.length > 0 ? header : ''}${body.join(between)}`
}

function noteText({ listed, note, selected }: PodService): string {
  if (note !== null) return `  ${note}`
  if (listed === false)
    return `  ${selected === true ? 'selects it, but no EndpointSlice lists it' : 'has no EndpointSlice that lists it'}`
  return ''
}

/** The share that fewest nodes have comes first. */
function fold(shares: readonly PodShare[]): Group[] {
  const groups = new Map<string, Group>()
  for (const share of shares) {
    const reason = share.missing ? `${share.verdict} ${share.evidence.map(({ text }) => text).join()}` : share.why
    const key = [share.share.toFixed(6), reason, share.outcomes.map(({ reply }) => reply).join()].join('|')
    const group = groups.get(key)
    if (group) group.nodes.push(share.node)
    else groups.set(key, { share, nodes: [share.node] })
  }
  return [...groups.values()].sort((a, b) => a.nodes.length - b.nodes.length)
}

function cellsOf({ nodes, share }: Group, frontend: PodFrontend, isFirst: boolean, style: Style): Cell[] {
  const { endpoint, hairpin } = frontend
  const odd = nodes.length < frontend.nodes.length
  const names = odd || frontend.nodes.length === 1 ? nodes.join(', ') : 'all'
  const text = formatShare(share.share)
  const state = endpoint ? conditionText(endpoint) : 'not listed'
  return [
    isFirst ? frontendText(frontend) : '',
    isFirst && endpoint ? addressText(endpoint) : '',
    isFirst ? { text: state, paint: state === 'ready' ? style.good : style.warn } : '',
    odd ? { text: names, paint: style.warn } : names,
    share.share > 0 ? text : { text, paint: share.missing ? style.bad : style.dim },
    isFirst && hairpin ? hairpinCell(hairpin, style) : '',
    share.from,
  ]
}

const frontendText = ({ family, ip, kind, port, protocol }: PodFrontend): string =>
  ip === null
    ? `${kind} ${port}/${protocol}${family === 'IPv6' ? ' (IPv6)' : ''}`
    : `${kind} ${addressText({ ip, port })}/${protocol}`

/** Whether the pod sees its own packet from its own address, and so answers itself. */
const hairpinCell = (hairpin: Outcome, style: Style): Cell =>
  isTold(hairpin) ? resultCell(hairpin, style) : hairpin.masquerade ? 'masqueraded' : 'source kept'

/** Why the pod gets nothing, or why its answers are lost or may be, with the rules. */
function whyView({ nodes, share }: Group, options: ViewOptions): string {
  const told = share.outcomes.find(isTold)
  const text = share.why ?? (told && whyText(told))
  return text === undefined ? '' : reasonView(text, (told ?? share).evidence, nodes, options)
}
