/** kubectl's kind of table: upper-case headers, two blanks between columns, no borders, one line a row. */
import { sanitise } from './sanitise.ts'
import type { Paint } from './style.ts'

export interface Column {
  readonly header: string
  readonly align?: 'left' | 'right'
  /** Shown with -o wide only. */
  readonly wide?: boolean
  /** May be shortened with an ellipsis when the line is too long, but not below `min` (default: its header). */
  readonly shrink?: boolean
  readonly min?: number
}

/** Data, or data that is painted once its width is settled. */
export type Cell = string | { readonly text: string; readonly paint: Paint }

export interface TableOptions {
  readonly width: number
  readonly wide: boolean
}

const gap = '  '

interface Laid {
  readonly column: Column
  readonly index: number
  width: number
}

/** The table with its header and a line end after every row. Every cell is data and made safe here. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], options: TableOptions): string {
  const texts = rows.map((row) => row.map((cell) => sanitise(typeof cell === 'string' ? cell : cell.text)))
  const laid = columns
    .map((column, index) => ({ column, index, width: naturalWidth(column, index, texts) }))
    .filter(({ column }) => options.wide || column.wide !== true)
  fit(laid, options.width)
  const header = line(laid, (i) => columns[i]?.header.toUpperCase() ?? '')
  const body = texts.map((text, r) =>
    line(
      laid,
      (i) => text[i] ?? '',
      (i) => paintOf(rows[r]?.[i]),
    ),
  )
  return [header, ...body].map((text) => text + '\n').join('')
}

/** Characters as a terminal counts them, but for East Asian wide ones: names in Kubernetes are ASCII. */
function widthOf(text: string): number {
  if (ascii.test(text)) return text.length
  let width = 0
  for (const _ of text) width++
  return width
}

const ascii = /^[ -~]*$/

function naturalWidth(column: Column, index: number, texts: readonly (readonly string[])[]): number {
  let width = widthOf(column.header)
  for (const row of texts) width = Math.max(width, widthOf(row[index] ?? ''))
  return width
}

/** Takes what is too much from the widest column that may shrink, as often as that is needed. */
function fit(laid: Laid[], width: number): void {
  let excess = laid.reduce((sum, { width: own }) => sum + own + gap.length, -gap.length) - width
  while (excess > 0) {
    const room = laid.filter(({ column, width: own }) => column.shrink === true && own > minimum(column))
    const widest = room.sort((a, b) => b.width - a.width)[0]
    if (widest === undefined) return
    const next = room[1]?.width ?? 0
    const step = Math.max(1, Math.min(excess, widest.width - Math.max(next, minimum(widest.column))))
    widest.width -= step
    excess -= step
  }
}

function minimum(column: Column): number {
  return column.min ?? Math.max(widthOf(column.header), 4)
}

function paintOf(cell: Cell | undefined): Paint | undefined {
  return typeof cell === 'object' ? cell.paint : undefined
}

function shorten(text: string, width: number): string {
  if (text.length <= width) return text
  const characters = Array.from(text)
  return characters.length <= width ? text : characters.slice(0, Math.max(0, width - 1)).join('') + '…'
}

function line(
  laid: readonly Laid[],
  text: (index: number) => string,
  paint?: (i: number) => Paint | undefined,
): string {
  const last = laid.length - 1
  const cells = laid.map(({ column, index, width }, position) => {
    const short = shorten(text(index), width)
    const blank = ' '.repeat(Math.max(0, width - widthOf(short)))
    const painted = paint?.(index)?.(short) ?? short
    if (column.align === 'right') return blank + painted
    return position === last ? painted : painted + blank
  })
  return cells.join(gap).trimEnd()
}
