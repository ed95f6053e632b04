/** A mode's facts, and a packet of the recording through it. */
import type { ModeExplanation } from '../answer/explain-mode.ts'
import type { ModeEvent } from '../modes.ts'
import { bullet, heading, paragraph, terms } from './prose.ts'
import type { Term } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import { walkView } from './walk.ts'

export function explainModeView(explanation: ModeExplanation, options: ViewOptions): string {
  const { example, noExample, seen } = explanation
  return [
    factsView(explanation, options),
    heading('Example', options),
    example ? walkView(example, options) : paragraph(noExample ?? '', options, '  '),
    seen ? seenView(seen, options) : '',
  ].join('')
}

function factsView(explanation: ModeExplanation, options: ViewOptions): string {
  const { advice, affinity, balancing, costs, inspect, limits, mode, needs, path, sources, summary } = explanation
  const section = (title: string, all: readonly Term[]): string => heading(title, options) + terms(all, options)
  const list = (title: string, texts: readonly string[]): string =>
    heading(title, options) + texts.map((text) => bullet(text, options)).join('')
  return [
    `${options.style.bold(`${mode} mode`)}\n`,
    paragraph(`${summary} ${advice}`, options),
    section('Kubernetes versions', milestoneTerms(explanation)),
    section(
      "The way of a new connection's first packet",
      path.map(({ does, hook }) => ({ term: hook, text: does })),
    ),
    list('How it chooses an endpoint', [balancing, affinity]),
    list('What it costs', costs),
    list('Its limits', limits),
    list(
      'What it needs',
      needs.map(({ atLeast, what }) => `${what}${atLeast === undefined ? '' : `, ${atLeast} or newer`}`),
    ),
    section(
      'To see it on a node',
      inspect.map(({ command, shows }) => ({ term: command, text: shows, whole: true })),
    ),
    section(
      'Sources',
      sources.map(({ title, url }) => ({ term: title, text: url })),
    ),
  ].join('')
}

const eventWords: Readonly<Record<ModeEvent, string>> = {
  added: 'added',
  alpha: 'alpha',
  beta: 'beta',
  changed: '',
  default: 'the default',
  'default ends': 'no longer the default',
  deprecated: 'deprecated',
  'off by default': 'off by default',
  removed: 'removed',
  stable: 'stable (GA)',
}

/** `1.40`, `planned: the default`. */
function milestoneTerms({ milestones }: ModeExplanation): Term[] {
  return milestones.map(({ event, kubernetes, note, planned }) => {
    const words = [eventWords[event], note ?? ''].filter((text) => text !== '').join(': ')
    return { term: kubernetes, text: `${planned ? 'planned: ' : ''}${words}` }
  })
}
