/** A view's table as one of a page; on a narrow screen each row is a block of labels and values. */
import type { Cell, Column, TableContent } from '../table.ts'
import { element } from './element.ts'
import type { Attributes, Content, Element } from './element.ts'
import { toneOf } from './tone.ts'

/** `more` tells of rows that are cut. */
export const tableOf = (
  caption: string,
  { columns, more = '', rows }: TableContent & { readonly more?: string },
): Content => [
  frameOf(
    caption,
    columns,
    element(
      'tbody',
      {},
      rows.map((row) => element('tr', {}, cellsOf(row, columns))),
    ),
  ),
  more === '' ? undefined : element('p', {}, more.trim()),
]

/** The first cell of a row is what it is about. */
export const cellsOf = (row: readonly Cell[], columns: readonly Column[]): Element[] =>
  columns.map((column, i) => cellOf(row[i] ?? '', column, i === 0))

/** The table around its rows. */
export const frameOf = (
  caption: string,
  columns: readonly Column[],
  body: Content,
  attributes: Attributes = {},
): Element =>
  element(
    'table',
    attributes,
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, columns.map(headOf))),
    body,
  )

const headOf = ({ align, header }: Column): Element =>
  element('th', { scope: 'col', class: classOf(align) }, titled(header))

const classOf = (align: Column['align']): string | undefined => (align === 'right' ? 'number' : undefined)

/** `PROGRAMMED` as `Programmed`: a page has other means than capitals. */
const titled = (header: string): string => header.slice(0, 1) + header.slice(1).toLowerCase()

function cellOf(cell: Cell, { align, header }: Column, isHead: boolean): Element {
  const text = typeof cell === 'string' ? cell : cell.text
  const tone = typeof cell === 'string' ? undefined : toneOf(cell.paint)
  const content = tone === undefined ? text : element('span', { class: tone }, text)
  const attributes = { class: classOf(align), 'data-label': titled(header) }
  // an empty cell has no label on a narrow screen either
  if (text === '') return element('td', {})
  return isHead ? element('th', { scope: 'row', ...attributes }, content) : element('td', attributes, content)
}
