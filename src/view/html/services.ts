/** Services to pods as a page. */
import { isBlind } from '../../answer/document.ts'
import type { ServiceList } from '../../answer/services.ts'
import type { Origin } from '../reported.ts'
import { servicesTable } from '../services.ts'
import { page } from './page.ts'
import type { Answer } from './page.ts'
import { section } from './section.ts'
import { tableOf } from './table.ts'
import { pageOptions } from './tone.ts'

export function servicesPage(services: ServiceList, origin: Origin, limit: number): string {
  const table = tableOf('Who gets the traffic of each Service', servicesTable(services, { ...pageOptions, limit }))
  const body = services.items.length === 0 ? [] : [section('Services to pods', table)]
  return page({ subject: 'Services', answer: answerOf(services), seen: services.seen, body }, origin)
}

/** A list says what is, and not whether it should be so. */
function answerOf({ items, seen }: ServiceList): Answer {
  const names = new Set(items.map(({ service }) => service))
  const stopped = new Set(items.flatMap(({ service, verdict }) => (verdict === 'deliver' ? [] : [service])))
  const text = `${stopped.size} of them with an address at which packets are not delivered.`
  const isUnseen = isBlind(items) || seen.nodes.length < seen.of
  const word = `${names.size} Service${names.size === 1 ? '' : 's'}`
  return {
    tone: isUnseen ? 'warn' : 'key',
    word,
    text: items.length === 0 ? 'None has an address.' : text,
  }
}
