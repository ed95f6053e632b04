/** A Service's port: pictures of who gets what is sent to its addresses, and a table of each address. */
import type { ExplainedFrontend, ExplainedPort } from '../../answer/explain-service.ts'
import { fold } from '../../answer/fold.ts'
import type { Group } from '../../answer/fold.ts'
import { senderKinds } from '../../answer/frontend-outcomes.ts'
import type { SenderKind } from '../../answer/frontend-outcomes.ts'
import type { Outcome } from '../../answer/outcome.ts'
import { cutOutcomes } from '../cut.ts'
import { frontendText, portText } from '../explain-service.ts'
import { endpointText, formatShare, isTold, resultCell, whyText } from '../outcome.ts'
import { seenSource, sendersText } from '../outcomes.ts'
import type { Column } from '../table.ts'
import { element } from './element.ts'
import type { Content, Element } from './element.ts'
import { evidenceOf } from './finding.ts'
import { mapPicture, narrow, wide } from './map-picture.ts'
import { badge, section } from './section.ts'
import { mapsOf } from './service-map.ts'
import { cellsOf, frameOf } from './table.ts'
import { pageOptions } from './tone.ts'

/** `id` is unique in the page; more endpoints than `limit` are cut. */
export function servicePortOf(port: ExplainedPort, service: string, id: string, limit: number): Element | undefined {
  const [namespace = ''] = service.split('/')
  const pictures = mapsOf(port, namespace).map((map, i) => [
    element(
      'figure',
      {},
      mapPicture(map, `${id}-${i + 1}`, wide),
      mapPicture(map, `${id}-${i + 1}-narrow`, narrow),
      element('figcaption', {}, `Who gets what is sent to ${map.addresses.map((one) => one.join(' ')).join(', ')}`),
    ),
  ])
  const tables = port.frontends.map((frontend) => tableOf(frontend, `${namespace}/`, limit))
  return section(portText(port).replace(':', ''), ...pictures, ...tables)
}

const columns: readonly Column[] = [
  { header: 'GOES TO' },
  { header: 'POD' },
  { header: 'ON' },
  { header: 'SHARE', align: 'right' },
  { header: 'STATE' },
  { header: 'SOURCE' },
]
const allColumns: readonly Column[] = [...columns, { header: 'RULES' }]

/** Who meets the same on which nodes heads what they meet. */
function tableOf(frontend: ExplainedFrontend, namespace: string, limit: number): Element {
  const { nodes } = frontend
  const kinds = senderKinds.filter((kind) => nodes.some(({ from }) => from[kind]))
  const bodies = fold(nodes).map((group) => {
    const { more, shown } = cutOutcomes(group.outcomes, limit)
    return element(
      'tbody',
      {},
      groupHead(group, kinds, nodes.length),
      shown.map((outcome) => rowsOf(outcome, group, namespace)),
      more === '' ? undefined : element('tr', {}, element('td', { colspan: allColumns.length }, more.trim())),
    )
  })
  return frameOf(`At ${frontendText(frontend)}`, allColumns, bodies, { class: 'outcomes' })
}

function groupHead({ nodes, senders }: Group, kinds: readonly SenderKind[], of: number): Element {
  const mark = nodes.length < of ? [' ', badge('NOT ALL NODES', 'warn')] : undefined
  const attributes = { class: 'group', colspan: allColumns.length, scope: 'rowgroup' }
  return element(
    'tr',
    {},
    element('th', attributes, `From ${sendersText(senders, kinds)} ${whereText(nodes, of)}`, mark),
  )
}

const whereText = (nodes: readonly string[], of: number): string =>
  nodes.length === of && of > 1 ? `on all ${of} nodes` : `on ${nodes.join(', ')}`

/** Why a packet goes no further stands below, and has room there. */
function rowsOf(outcome: Outcome, group: Group, namespace: string): Content {
  const { endpoint, evidence, share } = outcome
  const pod = endpoint?.pod ?? ''
  const cells = cellsOf(
    [
      endpointText(outcome) || 'nobody',
      pod.startsWith(namespace) ? pod.slice(namespace.length) : pod,
      endpoint?.node ?? '',
      formatShare(share),
      resultCell(outcome, pageOptions.style),
      seenSource(outcome, group, false),
    ],
    columns,
  )
  if (!isTold(outcome)) return element('tr', {}, cells, element('td', { 'data-label': 'Rules' }, evidenceOf(evidence)))
  return [
    element('tr', { class: 'told' }, cells, element('td')),
    element(
      'tr',
      {},
      element(
        'td',
        { class: 'why', colspan: allColumns.length },
        element('p', {}, whyText(outcome)),
        evidenceOf(evidence),
      ),
    ),
  ]
}
