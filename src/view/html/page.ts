/** A page that stands alone: no script, and nothing is loaded. The answer comes first, then what is odd, then the rest. */
import type { Seen } from '../../answer/scene.ts'
import type { Origin } from '../reported.ts'
import { noticesOf } from '../seen.ts'
import { element } from './element.ts'
import type { Content, Element } from './element.ts'
import { badge, list } from './section.ts'
import { styleSheet } from './style-sheet.ts'
import type { Tone } from './tone.ts'

/** What there is to know before anything else. */
export interface Answer {
  readonly tone: Tone
  /** `Not ready`. */
  readonly word: string
  readonly text: string
}

export interface PageContent {
  /** What is looked at: `Service shop/web`. */
  readonly subject: string
  readonly answer: Answer
  /** Absent where no cluster was asked. */
  readonly seen: Seen | undefined
  readonly body: readonly Content[]
}

export function page({ answer, body, seen, subject }: PageContent, origin: Origin): string {
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: nothingLoads }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('meta', { name: 'generator', content: `kpx ${origin.version}` }),
    element('title', {}, `${subject} - ${answer.word} - ${origin.source}`),
    element('style', {}, styleSheet),
  )
  const main = element('main', {}, headerOf(subject, origin), answerOf(answer, seen), body)
  return `<!DOCTYPE html>\n${element('html', { lang: 'en' }, head, element('body', {}, main)).toString()}\n`
}

/** Held by the browser, whatever else should get into the page. */
const nothingLoads = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

const headerOf = (subject: string, { command, source, takenAt, version }: Origin): Element =>
  element(
    'header',
    {},
    element('p', { class: 'command' }, command),
    element('h1', {}, subject),
    element(
      'p',
      { class: 'origin' },
      element('span', {}, element('strong', {}, source)),
      element('span', {}, 'as of ', takenAt === undefined ? 'a time that is not recorded' : timeOf(takenAt)),
      element('span', {}, `kpx ${version}`),
    ),
  )

/** `2026-11-23 20:08:27 UTC`; what is no time stands as it is. */
function timeOf(text: string): Content {
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return text
  const utc = time.toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length)
  return element('time', { datetime: `${utc}Z` }, `${utc.replace('T', ' ')} UTC`)
}

function answerOf({ text, tone, word }: Answer, seen: Seen | undefined): Element {
  return element(
    'section',
    { class: `answer ${tone}`, 'aria-label': 'Answer' },
    element('p', { class: 'word' }, word),
    element('p', {}, text),
    seen && [
      element(
        'p',
        { class: 'seen' },
        `seen ${seen.nodes.length}/${seen.of} nodes `,
        seen.nodes.length < seen.of ? badge('NOT ALL SEEN', 'warn') : undefined,
      ),
      list(seen.blind.map(({ fix, node, why }) => [`${node}: ${why}`, fix === undefined ? '' : ` (${fix})`])),
      list(noticesOf(seen)),
    ],
  )
}
