/** A Service, what it asks for, and for every frontend who gets the traffic. */
import type { ExplainedFrontend, ExplainedPort, ServiceExplanation } from '../answer/explain-service.ts'
import type { Finding } from '../answer/finding.ts'
import { fold } from '../answer/fold.ts'
import type { Group } from '../answer/fold.ts'
import { senderKinds } from '../answer/frontend-outcomes.ts'
import type { SenderKind } from '../answer/frontend-outcomes.ts'
import type { Outcome } from '../answer/outcome.ts'
import { addressText, endpointText, formatShare, placeText, resultCell, sourceText } from './outcome.ts'
import { sanitise } from './sanitise.ts'
import { seenView } from './seen.ts'
import type { Style, ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell, Column } from './table.ts'
import { wrap } from './wrap.ts'

export function explainServiceView(explanation: ServiceExplanation, options: ViewOptions): string {
  const { findings, ports, seen } = explanation
  return [
    headView(explanation, options.style),
    ...ports.map((port) => portView(port, explanation, options)),
    ports.some(({ frontends }) => frontends.length > 0)
      ? ''
      : '\nkube-proxy does nothing for it: it has no address of its own\n',
    ...findings.map((finding) => findingView(finding, options)),
    seenView(seen, options),
  ].join('')
}

function headView(explanation: ServiceExplanation, style: Style): string {
  const { affinity, externalTrafficPolicy, internalTrafficPolicy, service, sources, type } = explanation
  const lines = [
    ['Service', style.bold(service)],
    ['Type', type],
    ['Modes', modes(explanation)],
    ['Session affinity', affinity === null ? 'none' : `by client, ${affinity.seconds} s`],
    [
      'Traffic policy',
      `internal ${internalTrafficPolicy}${externalTrafficPolicy === null ? '' : `, external ${externalTrafficPolicy}`}`,
    ],
    ['Source ranges', sources === null ? '' : sources.join(', ')],
  ]
  return lines.map(([name = '', value = '']) => (value === '' ? '' : `${`${name}:`.padEnd(19)}${value}\n`)).join('')
}

/** `nftables on node1, node2`. */
function modes({ ports }: ServiceExplanation): string {
  const byMode = new Map<string, string[]>()
  const nodes = new Map(
    ports.flatMap(({ frontends }) =>
      frontends.flatMap((one) => one.nodes.map(({ mode, node }) => [node, mode] as const)),
    ),
  )
  for (const [node, mode] of nodes) byMode.set(mode ?? 'unknown', [...(byMode.get(mode ?? 'unknown') ?? []), node])
  return [...byMode].map(([mode, names]) => `${sanitise(mode)} on ${sanitise(names.join(', '))}`).join('; ')
}

const columns: readonly Column[] = [
  { header: '  FROM' },
  { header: 'NODES', shrink: true, min: 8 },
  { header: 'SHARE', align: 'right' },
  { header: 'GOES TO' },
  { header: 'POD', shrink: true, min: 12 },
  { header: 'ON' },
  { header: 'SOURCE' },
]

/** One table for all frontends of the port, so that their columns stand in line, with a title before each. */
function portView(
  { frontends, name, port, protocol }: ExplainedPort,
  { service }: ServiceExplanation,
  options: ViewOptions,
): string {
  if (frontends.length === 0) return ''
  const { style } = options
  const namespace = `${service.split('/')[0]}/`
  const sections = frontends.map((frontend) => {
    const groups = fold(frontend.nodes)
    return { frontend, groups, rows: groups.map((group) => rowsOf(group, frontend, namespace, style)) }
  })
  const [header = '', ...lines] = table(
    columns,
    sections.flatMap(({ rows }) => rows.flat()),
    options,
  )
    .trimEnd()
    .split('\n')
  const title = `\n${style.bold(`${name === '' ? 'Port' : `Port ${name}`}: ${port}/${protocol}`)}\n${header}\n`
  const body = sections.map(({ frontend, groups, rows }) => {
    const parts = groups.map(
      (group, i) => lines.splice(0, rows[i]?.length ?? 0).join('\n') + '\n' + reasons(group, options),
    )
    return `${style.key(frontendText(frontend))}\n${parts.join('')}`
  })
  return title + body.join('')
}

const frontendText = ({ family, ip, kind, port }: ExplainedFrontend): string =>
  ip === null ? `NodePort ${port}${family === 'IPv6' ? ' (IPv6)' : ''}` : `${kind} ${addressText({ ip, port })}`

const senderNames: Readonly<Record<SenderKind, string>> = {
  pod: 'pods',
  node: 'nodes',
  outside: 'outside',
  allowed: 'allowed',
}

function rowsOf(group: Group, { nodes }: ExplainedFrontend, namespace: string, style: Style): Cell[][] {
  const who = sendersText(
    group.senders,
    senderKinds.filter((kind) => nodes.some(({ from }) => from[kind])),
  )
  const odd = group.nodes.length < nodes.length
  const where = odd ? group.nodes.join(', ') : nodes.length === 1 ? group.nodes.join() : 'all'
  return group.outcomes.map((outcome, i) => {
    const pod = outcome.endpoint?.pod ?? ''
    return [
      i === 0 ? `  ${who}` : '',
      i === 0 ? (odd ? { text: where, paint: style.warn } : where) : '',
      formatShare(outcome.share),
      outcome.endpoint ? endpointText(outcome) : resultCell(outcome, style),
      pod.startsWith(namespace) ? pod.slice(namespace.length) : pod,
      outcome.endpoint?.node ?? '',
      outcome.reply === 'lost' ? resultCell(outcome, style) : seenSource(outcome, group),
    ]
  })
}

const seenSource = (outcome: Outcome, { sameSources }: Group): string =>
  outcome.masquerade && !sameSources ? 'the node’s' : sourceText(outcome)

/** `pods, outside`, `all but pods`, `anyone`. */
function sendersText(senders: readonly SenderKind[], all: readonly SenderKind[]): string {
  const others = all.filter((kind) => !senders.includes(kind))
  if (others.length === 0) return 'anyone'
  const [other] = others
  if (other && others.length === 1 && senders.length > 1) return `all but ${senderNames[other]}`
  return senders.map((kind) => senderNames[kind]).join(', ')
}

/** Why not delivered, with the rule. */
function reasons({ nodes, outcomes }: Group, { style, width }: ViewOptions): string {
  const told = outcomes.filter(({ reply, verdict }) => verdict !== 'deliver' || reply === 'lost')
  return told
    .map(({ evidence, why }) => {
      const others = nodes.length > 1 ? `, and alike on ${nodes.slice(1).join(', ')}` : ''
      const places = evidence.map((line) => style.dim(`    ${placeText(line)}${others}`) + '\n').join('')
      return wrap(sanitise(why), width, '    ') + places
    })
    .join('')
}

function findingView({ code, fix, level, message }: Finding, { style, width }: ViewOptions): string {
  const paint = level === 'error' ? style.bad : style.warn
  return `\n${paint(`${level} ${code}`)}\n${wrap(sanitise(message), width, '  ')}${fix === null ? '' : wrap(`fix: ${fix}`, width, '  ')}`
}
