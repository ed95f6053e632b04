/** A pod, and what it gets of every Service's packets. */
import { conditionText } from '../answer/address-roles.ts'
import type { PodExplanation, PodService } from '../answer/explain-pod.ts'
import type { PodFrontend, PodShare } from '../answer/pod-frontends.ts'
import type { Outcome } from '../answer/outcome.ts'
import { findingsView } from './finding.ts'
import { addressText, formatShare, placeText, resultCell } from './outcome.ts'
import { sanitise } from './sanitise.ts'
import { seenView } from './seen.ts'
import type { Style, ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell, Column } from './table.ts'
import { wrap } from './wrap.ts'

export function explainPodView(explanation: PodExplanation, options: ViewOptions): string {
  const { findings, seen, why } = explanation
  return [
    headView(explanation, options),
    why === null
      ? servicesView(explanation, options)
      : `\n${wrap(sanitise(`no traffic of a Service: ${why}`), options.width, '')}`,
    findingsView(findings, options),
    seenView(seen, options),
  ].join('')
}

function headView(explanation: PodExplanation, { style, width }: ViewOptions): string {
  const { hostNetwork, ips, node, phase, pod, ready, terminating } = explanation
  const states = [
    phase ?? 'phase not recorded',
    ready === null ? 'readiness not recorded' : ready ? 'ready' : 'not ready',
    ...(terminating ? ['terminating'] : []),
  ]
  const lines = [
    ['Node', node ?? 'none'],
    ['IPs', ips.join(', ') || 'none'],
    ['Status', states.join(', ')],
    ['Network', hostNetwork ? 'its node’s (hostNetwork): it shares the node’s addresses' : ''],
  ]
  const rest = lines.map(([name = '', value = '']) =>
    value === '' ? '' : `${`${name}:`.padEnd(column)}${wrap(sanitise(value), width, ' '.repeat(column)).trimStart()}`,
  )
  return `${'Pod:'.padEnd(column)}${style.bold(pod)}\n${rest.join('')}`
}

const column = 10

/** Below so many columns a frontend and its endpoint have lines of their own. */
const enough = 80

const columns = ({ wide, width }: ViewOptions): readonly Column[] => [
  ...(width < enough ? [] : [{ header: '  FRONTEND', shrink: !wide, min: 24 }, { header: 'ENDPOINT' }]),
  { header: width < enough ? '  STATE' : 'STATE', shrink: true, min: 7 },
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
    frontends: service.frontends.map((frontend) => {
      const groups = fold(frontend.nodes)
      return { frontend, groups, rows: groups.map((group, i) => rowOf(group, frontend, i === 0, options)) }
    }),
  }))
  const rows = sections.flatMap(({ frontends }) => frontends.flatMap((frontend) => frontend.rows))
  const [header = '', ...lines] = table(columns(options), rows, options).trimEnd().split('\n')
  const body = sections.map(({ frontends, service }) => {
    const told = frontends.flatMap(({ frontend, groups }) => [
      options.width < enough ? ownLines(frontend) : '',
      ...groups.map((group) => `${lines.shift() ?? ''}\n${whyView(group, options)}`),
    ])
    return `${options.style.key(service.service)}${noteText(service)}\n${told.join('')}`
  })
  return `\n${rows.length > 0 ? `${header}\n` : ''}${body.join('')}`
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

function rowOf(
  { nodes, share }: Group,
  frontend: PodFrontend,
  isFirst: boolean,
  { style, width }: ViewOptions,
): Cell[] {
  const { endpoint, hairpin } = frontend
  const odd = nodes.length < frontend.nodes.length
  const names = odd || frontend.nodes.length === 1 ? nodes.join(', ') : 'all'
  const text = formatShare(share.share)
  const state = endpoint ? conditionText(endpoint) : 'not listed'
  const lead: Cell[] = [isFirst ? `  ${frontendText(frontend)}` : '', isFirst && endpoint ? addressText(endpoint) : '']
  return [
    ...(width < enough ? [] : lead),
    isFirst ? { text: width < enough ? `  ${state}` : state, paint: state === 'ready' ? style.good : style.warn } : '',
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

/** `  ClusterIP 10.96.0.1:443/TCP`, and below it the endpoint. */
const ownLines = (frontend: PodFrontend): string =>
  `  ${sanitise(frontendText(frontend))}\n${frontend.endpoint ? `  to ${sanitise(addressText(frontend.endpoint))}\n` : ''}`

/** Whether the pod sees its own packet from its own address, and so answers itself. */
const hairpinCell = (hairpin: Outcome, style: Style): Cell =>
  hairpin.reply === 'lost' ? resultCell(hairpin, style) : hairpin.masquerade ? 'masqueraded' : 'source kept'

/** Why the pod gets nothing, or why its answers are lost, with the rules. */
function whyView({ nodes, share }: Group, { style, width }: ViewOptions): string {
  const lost = share.outcomes.find(({ reply }) => reply === 'lost')
  const text = share.why ?? lost?.why
  if (text === undefined) return ''
  const others = nodes.length > 1 ? `, and alike on ${nodes.slice(1).join(', ')}` : ''
  const places = (lost ?? share).evidence.map((line) => style.dim(`    ${placeText(line)}${others}`) + '\n')
  return wrap(sanitise(text), width, '    ') + places.join('')
}
