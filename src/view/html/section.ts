/** Parts of a page. */
import { element } from './element.ts'
import type { Attributes, Content, Element } from './element.ts'
import type { Tone } from './tone.ts'

/** Nothing where it has no items. */
export const list = (items: readonly Content[], attributes: Attributes = {}): Element | undefined =>
  items.length === 0
    ? undefined
    : element(
        'ul',
        attributes,
        items.map((item) => element('li', {}, item)),
      )

/** With a heading; nothing where there is nothing in it. */
export function section(title: string, ...contents: Content[]): Element | undefined {
  return contents.every(isNothing) ? undefined : element('section', {}, element('h2', {}, title), contents)
}

const isNothing = (content: Content): boolean =>
  content === undefined || (Array.isArray(content) && content.every(isNothing))

/** A word that stands out. */
export const badge = (word: string, tone: Tone): Element => element('span', { class: `badge ${tone}` }, word)

/** What is read by those who want to know more. */
export const details = (summary: Content, isOpen: boolean, ...contents: Content[]): Element =>
  element('details', { open: isOpen ? 'open' : undefined }, element('summary', {}, summary), contents)
