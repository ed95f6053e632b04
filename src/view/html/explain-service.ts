/** A Service as a page: what happens to what is sent to it, as pictures and, with all that there is to know, as tables. */
import { isBlind } from '../../answer/document.ts'
import { allOutcomes } from '../../answer/explain-service.ts'
import type { ServiceExplanation } from '../../answer/explain-service.ts'
import { serviceFields } from '../explain-service.ts'
import { countsOf } from '../finding.ts'
import type { Origin } from '../reported.ts'
import type { Content } from './element.ts'
import { fieldsOf } from './fields.ts'
import { findingsOf } from './finding.ts'
import { page } from './page.ts'
import type { Answer } from './page.ts'
import { badge, list, section } from './section.ts'
import { servicePortOf } from './service-port.ts'

export function explainServicePage(explanation: ServiceExplanation, origin: Origin, limit: number): string {
  const { behaviour, findings, ports, seen, service } = explanation
  const body = [
    findingsOf(findings),
    section('What happens', list(behaviour.map(behaviourOf))),
    section('What the Service asks for', fieldsOf(serviceFields(explanation))),
    ...ports.map((port, i) => servicePortOf(port, service, `map-${i + 1}`, limit)),
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
  const isOdd = findings.some(({ level }) => level === 'warning')
  return { tone: isOdd ? 'warn' : 'good', word: `As the Service asks${isOdd ? ', but' : ''}`, text: told }
}

/** What is not as the Service asks is said in words. */
const behaviourOf = ({ holds, text }: ServiceExplanation['behaviour'][number]): Content => [
  holds === false ? [badge('NOT AS ASKED', 'bad'), ' '] : holds === null ? [badge('UNKNOWN', 'warn'), ' '] : undefined,
  text,
]
