/** Packets and their outcomes: in full for a few, a line for each outcome of many. */
import type { TraceItem, TraceList, TraceStep } from '../answer/trace.ts'
import { cutNote, cutOutcomes } from './cut.ts'
import { reasonView } from './evidence.ts'
import { endpointText, formatShare, isTold, resultCell, ruleText, sourceText, whyText } from './outcome.ts'
import { paragraph } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell, Column } from './table.ts'

export function traceView(list: TraceList, options: ViewOptions): string {
  const { items, seen } = list
  const body =
    items.length <= mostInFull ? items.map((item) => itemView(item, options)).join('\n') : manyView(items, options)
  return body + seenView(seen, options)
}

/** A Service has an address of each family. */
const mostInFull = 2

const share: Column = { header: 'SHARE', align: 'right' }
const pod: Column = { header: 'POD', shrink: true, min: 12 }

function itemView(item: TraceItem, options: ViewOptions): string {
  const { style } = options
  const title = `${paragraph(`${item.source} to ${item.destination}, first seen on ${item.node}`, options, '', style.bold)}\n`
  const { more, shown } = cutOutcomes(item.outcomes, options.limit)
  const outcomes = table(
    [
      share,
      { header: 'RESULT' },
      { header: 'ENDPOINT' },
      pod,
      { header: 'NODE' },
      { header: 'SOURCE' },
      { header: 'RULE', wide: true, below: true },
    ],
    shown.map((outcome) => [
      formatShare(outcome.share),
      resultCell(outcome, style),
      endpointText(outcome),
      outcome.endpoint?.pod ?? '',
      outcome.endpoint?.node ?? '',
      sourceText(outcome, options.wide),
      isTold(outcome) ? '' : { text: ruleText(outcome), paint: style.dim },
    ]),
    options,
  )
  const why = shown.filter(isTold).map((outcome) => reasonView(whyText(outcome), outcome.evidence, [], options))
  return title + outcomes + more + why.join('') + stepsView(item, options)
}

function stepsView({ outcomes, steps }: TraceItem, options: ViewOptions): string {
  if (steps.length === 0) return ''
  const title = outcomes.length > 1 ? 'Steps to the first of them' : 'Steps'
  const rows = table(
    [
      { header: 'NODE' },
      { header: 'HOOK' },
      { header: 'TABLE' },
      { header: 'CHAIN', shrink: true, min: 12 },
      { header: 'ACTION', shrink: true, min: 20 },
      { header: 'RULE', wide: true, below: true },
    ],
    steps.map(({ action, chain, hook, node, table: name, target, text }: TraceStep) => [
      node,
      hook,
      name,
      chain,
      target === null ? action : `${action} ${target}`,
      text,
    ]),
    options,
  )
  return `\n${options.style.bold(`${title}:`)}\n${rows}`
}

function manyView(items: readonly TraceItem[], options: ViewOptions): string {
  const isCut = items.some(({ outcomes }) => cutOutcomes(outcomes, options.limit).more !== '')
  const rows = table(
    [
      { header: 'SOURCE', shrink: true, min: 14 },
      { header: 'DESTINATION', shrink: true, min: 18 },
      share,
      { header: 'RESULT' },
      { header: 'ENDPOINT', wide: true },
      pod,
      { header: 'SOURCE SEEN', shrink: true },
      { header: 'WHY', below: true },
    ],
    items.flatMap((item) => rowsOf(item, options)),
    options,
  )
  return isCut ? `${rows}\n${cutNote(options.limit)}` : rows
}

function rowsOf({ destination, outcomes, source }: TraceItem, { limit, style }: ViewOptions): Cell[][] {
  const { shown } = cutOutcomes(outcomes, limit)
  return shown.map((outcome, i) => {
    const endpoint = endpointText(outcome)
    return [
      i === 0 ? source : '',
      i === 0 ? destination : '',
      formatShare(outcome.share),
      resultCell(outcome, style),
      endpoint,
      outcome.endpoint?.pod ?? endpoint,
      sourceText(outcome),
      isTold(outcome) ? whyText(outcome) : '',
    ]
  })
}
