/** What an address is by the API, which rules name it, and what happens to packets there. */
import { conditionText, portText } from '../answer/address-roles.ts'
import type { Role } from '../answer/address-roles.ts'
import type { AddressExplanation, AddressNode, AddressPackets, AddressRule } from '../answer/explain-address.ts'
import { addressText } from '../answer/outcome.ts'
import { cut } from './cut.ts'
import { findingsView } from './finding.ts'
import { outcomesView } from './outcomes.ts'
import { fields } from './prose.ts'
import { seenView } from './seen.ts'
import type { Style, ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell, Column } from './table.ts'

export function explainAddressView(explanation: AddressExplanation, options: ViewOptions): string {
  const { findings, nodes, seen } = explanation
  return [
    headView(explanation, options),
    rulesView(nodes, options),
    packetsView(explanation, options),
    findingsView(findings, options),
    seenView(seen, options),
  ].join('')
}

function headView(explanation: AddressExplanation, options: ViewOptions): string {
  const { address, nodes, port, protocol } = explanation
  const asked =
    (port === null ? address : addressText({ ip: address, port })) + (protocol === null ? '' : `/${protocol}`)
  const rows = folded(nodes)
  const unnamed = rows.every(isPlaceless) ? rows.map((row) => `${row.as}: ${row.nodes.join(', ')}`) : []
  return fields(
    [
      { name: 'Address', text: asked, paint: options.style.bold },
      { name: 'Is', text: [...whatItIs(explanation), ...unnamed] },
    ],
    options,
  )
}

function whatItIs({ nothing, packets, roles, unrecorded }: AddressExplanation): string[] {
  const missing = unrecorded.length > 0 ? [`not recorded by the API: ${unrecorded.join(', ')}`] : []
  if (nothing) return [...roles.map(roleText), nothingText(packets)]
  if (roles.length === 0 && missing.length === 0)
    return ['nothing by the API: no Service, endpoint, pod or node has it']
  const sharing = roles.filter(isSharing)
  const shared = sharing.map(({ object }) => object?.split(' ')[1]).join(', ')
  return [
    ...roles.filter((role) => !isSharing(role)).map(roleText),
    ...(sharing.length > 0 ? [`shared with pods in the node's network: ${shared}`] : []),
    ...missing,
  ]
}

/** Pods in their node's network, of which there are many. */
const isSharing = ({ note, role }: Role): boolean => role === 'Pod' && note !== null

function nothingText(packets: readonly AddressPackets[]): string {
  const outcomes = packets.flatMap(({ nodes }) => nodes.flatMap(({ from }) => Object.values(from).flat()))
  const isRouted = outcomes.every(({ verdict }) => verdict === 'forward' || verdict === 'local')
  const text = 'nothing to kube-proxy: no Service, endpoint or node has it, and no rule names it'
  return isRouted ? `${text}; a packet there is routed like any other` : text
}

function roleText(role: Role): string {
  const { conditions, node, note, object, ports } = role
  const named = ports.map((port) => (port.name === '' ? portText(port) : `${port.name} ${portText(port)}`)).join(', ')
  const states = [named, conditions === null ? '' : conditionText(conditions), note ?? ''].filter((text) => text !== '')
  const on = node === null || role.role === 'NodeAddress' || role.role === 'PodCIDR' ? '' : ` on ${node}`
  return `${roleNames[role.role]}${object ?? ''}${on}${states.length > 0 ? `: ${states.join('; ')}` : ''}`
}

const roleNames: Readonly<Record<Role['role'], string>> = {
  ClusterIP: 'ClusterIP of ',
  ExternalIP: 'ExternalIP of ',
  LoadBalancer: 'LoadBalancer IP of ',
  NodePort: 'NodePort of ',
  HealthCheckNodePort: 'healthCheckNodePort of ',
  NodeAddress: 'address of ',
  Loopback: 'loopback',
  Pod: 'address of ',
  PodCIDR: 'in the pod CIDR of ',
  Endpoint: 'endpoint of ',
}

/** A rule, or what is told of a node without one; nodes of which it is true alike. */
interface Row {
  readonly as: string
  readonly rule: AddressRule | undefined
  readonly place: string
  readonly nodes: string[]
}

const columns: readonly Column[] = [
  { header: 'NODES', shrink: true, min: 8 },
  { header: 'NAMED AS' },
  { header: 'SERVICE' },
  { header: 'IN', shrink: true, min: 14 },
  { header: 'LINE' },
  { header: 'RULE', wide: true, below: true },
]

/** Nothing where no rule or device has it: that is told of the address itself. */
function rulesView(nodes: readonly AddressNode[], options: ViewOptions): string {
  const rows = folded(nodes)
  if (rows.every(isPlaceless)) return ''
  const { more, shown } = cut(rows, options.limit, 'rule')
  const cells = shown.map((row) => cellsOf(row, nodes.length, options.style))
  return `\n${table(columns, cells, options)}${more}`
}

const isPlaceless = ({ place }: Row): boolean => place === ''

const lineOf = (rule: AddressRule | undefined): string =>
  rule?.evidence.map(({ file, line }) => `${file}:${line}`)[0] ?? ''

/** The rules that fewest nodes have come first. */
function folded(nodes: readonly AddressNode[]): Row[] {
  const rows = new Map<string, Row>()
  for (const { node, row } of nodes.flatMap((one) => rowsOf(one).map((row) => ({ node: one.node, row })))) {
    const { as, place, rule } = row
    const key = [as, rule?.service, place, rule?.evidence[0]?.text].join('|')
    const known = rows.get(key)
    if (!known) rows.set(key, { ...row, nodes: [node] })
    else if (!known.nodes.includes(node)) known.nodes.push(node)
  }
  return [...rows.values()].sort((a, b) => a.nodes.length - b.nodes.length)
}

function rowsOf({ devices, rules, seen, whole }: AddressNode): Omit<Row, 'nodes'>[] {
  const plain = { rule: undefined, place: '' }
  const blind = !seen ? [{ ...plain, as: 'not seen' }] : whole ? [] : [{ ...plain, as: 'not all seen' }]
  const named = [
    ...devices.map((place) => ({ ...plain, as: 'device', place })),
    ...rules.map((rule) => ({ as: rule.as, rule, place: rule.place })),
  ]
  return [...blind, ...(named.length === 0 && whole ? [{ ...plain, as: 'no rule' }] : named)]
}

function cellsOf({ as, nodes, place, rule }: Row, all: number, style: Style): Cell[] {
  const odd = nodes.length < all
  const names = odd || all === 1 ? nodes.join(', ') : 'all'
  return [
    odd ? { text: names, paint: style.warn } : names,
    as === 'other' || rule === undefined ? { text: as, paint: style.dim } : as,
    rule?.service ?? '',
    place,
    lineOf(rule),
    rule?.evidence[0]?.text ?? '',
  ]
}

function packetsView({ address, packets }: AddressExplanation, options: ViewOptions): string {
  if (packets.length === 0) return ''
  const sections = packets.map(({ example, nodes, port, protocol }) => ({
    title: `${protocol} ${addressText({ ip: address, port })}${example ? ', for example' : ''}`,
    nodes,
  }))
  return `\n${outcomesView(sections, undefined, options)}`
}
