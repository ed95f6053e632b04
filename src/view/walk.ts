/** A packet's way, hook by hook and rule by rule, with the branch that it took and the others. */
import type { ModeExample } from '../answer/explain-mode.ts'
import type { Outcome } from '../answer/outcome.ts'
import type { WalkStep } from '../answer/walk/walk.ts'
import { cutOutcomes } from './cut.ts'
import { endpointText, formatShare, isTold, resultCell, sourceText, whyText } from './outcome.ts'
import { paragraph } from './prose.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'

export function walkView(example: ModeExample, options: ViewOptions): string {
  const { destination, node, outcomes, service, source, steps } = example
  const first = outcomes[0]
  return [
    paragraph(
      `Service ${service}: ${source} opens a connection to ${destination}. Its first packet, on ${node}:`,
      options,
      '  ',
    ),
    stepsView(steps, options),
    first ? `\n${resultView(first, options)}` : '',
    outcomes.length > 1 ? `\n${branchesView(outcomes.slice(1), options)}` : '',
  ].join('')
}

/** What a hook is, where a packet comes to it. */
const hookWords: Readonly<Record<string, string>> = {
  PREROUTING: 'it has come in; the node does not yet know where to send it',
  INPUT: 'it is for the node itself',
  FORWARD: 'it is for someone else, so the node passes it on',
  OUTPUT: 'a process of the node sends it, or IPVS',
  POSTROUTING: 'it is about to leave',
  ROUTING: 'it leaves the node',
}

function stepsView(steps: readonly WalkStep[], options: ViewOptions): string {
  return steps
    .map((step, i) => {
      const before = steps[i - 1]
      const isNewPlace = before?.hook !== step.hook || before.node !== step.node
      return (isNewPlace ? placeView(step, options) : '') + stepView(step, i + 1, options)
    })
    .join('')
}

function placeView({ hook, node }: WalkStep, options: ViewOptions): string {
  const what = hookWords[hook]
  return `\n${paragraph(`${node} ${hook}${what === undefined ? '' : `: ${what}`}`, options, '  ', options.style.bold)}`
}

function stepView(step: WalkStep, number: number, options: ViewOptions): string {
  const { chain, file, line, says, table: name, text } = step
  if (chain === '') return paragraph(says, options, '  ')
  return [
    paragraph(`${number}. ${name} ${chain}${file === null ? '' : ` (${file}:${line})`}`, options, '  '),
    text === '' ? '' : paragraph(shortened(text), options, '     ', options.style.dim),
    paragraph(says, options, '     '),
  ].join('')
}

/** Enough for every rule of a few endpoints; maps of thousands would bury the sentence below them. */
const longestRule = 600

const shortened = (text: string): string => (text.length <= longestRule ? text : `${text.slice(0, longestRule)} ...`)

/** `33.3% of the connections end so: delivered to shop/web-1 (10.244.0.2:8080), with the client's own address as source.` */
function resultView(outcome: Outcome, options: ViewOptions): string {
  const { endpoint, share, sourceKept } = outcome
  const why = whyText(outcome)
  const who = share === 1 ? 'Every connection ends' : `${formatShare(share)} of the connections end`
  const cell = resultCell(outcome, options.style)
  const result = typeof cell === 'string' ? cell : cell.text
  if (isTold(outcome)) {
    return paragraph(`${who} so: ${why.startsWith(result) ? why : `${result}: ${why}`}`, options, '  ')
  }
  const to = endpoint?.pod ? `${endpoint.pod} (${endpointText(outcome)})` : endpointText(outcome)
  const source = sourceKept ? "the client's own address" : sourceText(outcome)
  return paragraph(`${who} so: ${result} to ${to}, with ${source} as source.`, options, '  ')
}

function branchesView(others: readonly Outcome[], options: ViewOptions): string {
  const { more, shown } = cutOutcomes(others, options.limit)
  return (
    paragraph('Other connections take the other branches:', options, '  ') +
    table(
      [
        { header: 'SHARE', align: 'right' },
        { header: 'RESULT' },
        { header: 'ENDPOINT' },
        { header: 'POD', shrink: true, min: 12 },
      ],
      shown.map((outcome) => [
        formatShare(outcome.share),
        resultCell(outcome, options.style),
        endpointText(outcome),
        outcome.endpoint?.pod ?? '',
      ]),
      { ...options, indent: '  ' },
    ) +
    more
  )
}
