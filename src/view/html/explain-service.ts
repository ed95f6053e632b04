/** A Service as a page: what happens to what is sent to it, as a picture and, with all that there is to know, as tables. */
import { allOutcomes } from '../../answer/explain-service.ts'
import type { ExplainedFrontend, ExplainedPort, ServiceExplanation } from '../../answer/explain-service.ts'
import { isBlind } from '../../answer/document.ts'
import { fold } from '../../answer/fold.ts'
import type { Group } from '../../answer/fold.ts'
import { senderKinds } from '../../answer/frontend-outcomes.ts'
import type { SenderKind } from '../../answer/frontend-outcomes.ts'
import type { Outcome } from '../../answer/outcome.ts'
import { frontendText, portText, serviceFields } from '../explain-service.ts'
import { countsOf } from '../finding.ts'
import { endpointText, formatShare, isTold, resultCell, whyText } from '../outcome.ts'
import { seenSource, sendersText } from '../outcomes.ts'
import type { Origin } from '../reported.ts'
import type { Column } from '../table.ts'
import { element } from './element.ts'
import type { Content, Element } from './element.ts'
import { fieldsOf } from './fields.ts'
import { badge, evidenceOf, findingsOf } from './finding.ts'
import { mapPicture, narrow, wide } from './map-picture.ts'
import { page } from './page.ts'
import type { Answer } from './page.ts'
import { list, section } from './section.ts'
import { mapsOf, whereText } from './service-map.ts'
import { cellsOf, frameOf } from './table.ts'
import { pageOptions } from './tone.ts'

export function explainServicePage(explanation: ServiceExplanation, origin: Origin): string {
  const { behaviour, findings, ports, seen, service } = explanation
  const body = [
    findingsOf(findings),
    section('What happens', list(behaviour.map(behaviourOf))),
    section('What the Service asks for', fieldsOf(serviceFields(explanation))),
    ...ports.map((port, i) => portOf(port, service, `map-${i + 1}`)),
  ]
  return page({ subject: `Service ${service}`, answer: answerOf(explanation), seen, body }, origin)
}

/** Good only where all nodes were seen and do what the Service asks. */
function answerOf(explanation: ServiceExplanation): Answer {
  const { behaviour, findings, seen } = explanation
  const text = behaviour.find(({ holds }) => holds !== true)?.text ?? behaviour[0]?.text ?? ''
  const counts = countsOf(findings)
  const told = counts === '' ? text : `${counts}. ${text}`
  if (isBlind(allOutcomes(explanation))) return { tone: 'warn', word: 'Unknown', text: told }
  if (findings.some(({ level }) => level === 'error') || behaviour.some(({ holds }) => holds === false))
    return { tone: 'bad', word: 'Not as the Service asks', text: told }
  if (seen.nodes.length < seen.of || behaviour.some(({ holds }) => holds === null))
    return { tone: 'warn', word: 'Not all could be seen', text: told }
  return { tone: 'good', word: 'As the Service asks', text: told }
}

/** What is not as the Service asks is said in words. */
const behaviourOf = ({ holds, text }: ServiceExplanation['behaviour'][number]): Content => [
  holds === false ? [badge('NOT AS ASKED', 'bad'), ' '] : holds === null ? [badge('UNKNOWN', 'warn'), ' '] : undefined,
  text,
]

function portOf(port: ExplainedPort, service: string, id: string): Element | undefined {
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
  const tables = port.frontends.map((frontend) => tableOf(frontend, `${namespace}/`))
  return section(portText(port).replace(':', ''), ...pictures, ...tables)
}

const columns: readonly Column[] = [
  { header: 'SHARE', align: 'right' },
  { header: 'GOES TO' },
  { header: 'POD' },
  { header: 'ON' },
  { header: 'STATE' },
  { header: 'SOURCE' },
]

/** Who meets the same on which nodes heads what they meet. */
function tableOf(frontend: ExplainedFrontend, namespace: string): Element {
  const { nodes } = frontend
  const kinds = senderKinds.filter((kind) => nodes.some(({ from }) => from[kind]))
  return frameOf(
    `At ${frontendText(frontend)}`,
    [...columns.map(({ header }) => header), 'RULES'],
    ...fold(nodes).map((group) =>
      element(
        'tbody',
        {},
        groupHead(group, kinds, nodes.length),
        group.outcomes.map((outcome) => rowOf(outcome, group, namespace)),
      ),
    ),
  )
}

function groupHead({ nodes, senders }: Group, kinds: readonly SenderKind[], of: number): Element {
  const mark = nodes.length < of ? [' ', badge('NOT ALL NODES', 'warn')] : undefined
  const attributes = { class: 'group', colspan: columns.length + 1, scope: 'rowgroup' }
  return element(
    'tr',
    {},
    element('th', attributes, `From ${sendersText(senders, kinds)} ${whereText(nodes, of, mostNames)}`, mark),
  )
}

const mostNames = 50

function rowOf(outcome: Outcome, group: Group, namespace: string): Element {
  const { endpoint, evidence, share } = outcome
  const pod = endpoint?.pod ?? ''
  const cells = [
    formatShare(share),
    endpointText(outcome) || 'nobody',
    pod.startsWith(namespace) ? pod.slice(namespace.length) : pod,
    endpoint?.node ?? '',
    resultCell(outcome, pageOptions.style),
    seenSource(outcome, group, false),
  ]
  const why = isTold(outcome) ? element('p', {}, whyText(outcome)) : undefined
  const rules = element('td', { 'data-label': 'Rules' }, why, evidenceOf(evidence))
  return element('tr', {}, cellsOf(cells, columns), rules)
}
