/**
 * kubectl's kind of table: upper-case headers, two blanks between columns, no borders, one line a row. Where the columns have no
 * room beside each other, each row is a block of `LABEL value` lines. One pass over the cells, for there may be many.
 */
import { isPlain, sanitise } from './sanitise.ts'
import type { Paint } from './style.ts'
import { wrap } from './wrap.ts'

export interface Column {
  readonly header: string
  readonly align?: 'left' | 'right'
  /** Shown with -o wide only. */
  readonly wide?: boolean
  /** May be shortened in the middle when the line is too long, but not below `min` (default: its header). */
  readonly shrink?: boolean
  readonly min?: number
  /** Stands below the row, whole, when the line is too long: a rule is evidence. */
  readonly below?: boolean
}

/** Data, or data that is painted once its width is settled. */
export type Cell = string | { readonly text: string; readonly paint: Paint }

export interface TableOptions {
  /** Columns; Infinity keeps every row on one line. */
  readonly width: number
  readonly wide: boolean
  /** Before every line. */
  readonly indent?: string
}

/** For views that put lines of their own between the rows. All texts end their lines. */
export interface LaidTable {
  /** Empty for blocks, which name their values themselves. */
  readonly header: string
  readonly rows: readonly string[]
  /** What separates two rows: nothing, or an empty line between blocks. */
  readonly between: string
}

const gap = 2

/** A cell that is safe to print. */
interface Ready {
  readonly text: string
  readonly width: number
  readonly paint: Paint | undefined
}

/** A column that is shown; `at` is where its cells are. */
interface Track {
  readonly column: Column
  readonly at: number
  width: number
}

export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], options: TableOptions): string {
  const laid = layOut(columns, rows, options)
  return laid.header + laid.rows.join(laid.between)
}

/** Every cell is data and made safe here. */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { indent = '', wide, width }: TableOptions,
): LaidTable {
  const tracks = columns
    .map((column, at): Track => ({ column, at, width: column.header.length }))
    .filter(({ column }) => wide || column.wide !== true)
  const cells = rows.map((row) => row.map(ready))
  for (const row of cells) {
    for (const track of tracks) track.width = Math.max(track.width, row[track.at]?.width ?? 0)
  }
  const room = width - indent.length
  const beside = lineWidth(tracks) > room ? tracks.filter(({ column }) => column.below !== true) : tracks
  if (!fit(beside, room)) return { header: '', rows: blocks(tracks, cells, indent, width), between: '\n' }
  const below = tracks.filter((track) => !beside.includes(track))
  const header = columns.map(({ header: text }) => ready(text.toUpperCase()))
  return {
    header: line(beside, header, indent),
    rows: cells.map((row) => line(beside, row, indent) + linesBelow(below, row, indent, width)),
    between: '',
  }
}

const empty: Ready = { text: '', width: 0, paint: undefined }

function ready(cell: Cell): Ready {
  if (cell === '') return empty
  const text = typeof cell === 'string' ? cell : cell.text
  const paint = typeof cell === 'string' ? undefined : cell.paint
  if (isPlain(text)) return { text, width: text.length, paint }
  const safe = sanitise(text)
  return { text: safe, width: widthOf(safe), paint }
}

/** Characters as a terminal counts them, but for East Asian wide ones: names in Kubernetes are ASCII. */
const widthOf = (text: string): number => Array.from(text).length

const lineWidth = (tracks: readonly Track[]): number =>
  tracks.reduce((sum, { width }) => sum + width, gap * (tracks.length - 1))

/** Takes what is too much from the widest column that may shrink, as often as that is needed; false where that is not enough. */
function fit(tracks: readonly Track[], room: number): boolean {
  let excess = lineWidth(tracks) - room
  while (excess > 0) {
    const shrinking = tracks.filter(({ column, width }) => column.shrink === true && width > minimum(column))
    const [widest, next] = shrinking.sort((a, b) => b.width - a.width)
    if (widest === undefined) return false
    const step = Math.max(1, Math.min(excess, widest.width - Math.max(next?.width ?? 0, minimum(widest.column))))
    widest.width -= step
    excess -= step
  }
  return true
}

const minimum = ({ header, min }: Column): number => min ?? Math.max(header.length, 4)

const dots = '...'

/** Names of one kind begin alike: what tells them apart is at their end. */
function shorten(text: string, width: number): string {
  const characters = Array.from(text)
  const kept = Math.max(0, width - dots.length)
  const head = characters.slice(0, Math.floor(kept / 2))
  const tail = characters.slice(characters.length - Math.ceil(kept / 2))
  return [...head, dots.slice(0, width), ...tail].join('')
}

function line(tracks: readonly Track[], row: readonly Ready[], indent: string): string {
  let text = indent
  let blanks = 0
  for (const { at, column, width } of tracks) {
    const cell = row[at]
    if (cell === undefined || cell.width === 0) {
      blanks += width + gap
      continue
    }
    const short = cell.width > width ? shorten(cell.text, width) : cell.text
    const rest = Math.max(0, width - cell.width)
    const isRight = column.align === 'right'
    text += ' '.repeat(isRight ? blanks + rest : blanks) + (cell.paint ? cell.paint(short) : short)
    blanks = isRight ? gap : rest + gap
  }
  return text + '\n'
}

const linesBelow = (tracks: readonly Track[], row: readonly Ready[], indent: string, width: number): string =>
  tracks.map(({ at }) => valueLines(row[at], width, `${indent}    `)).join('')

/** The words of a cell in as many lines as they need. */
function valueLines(cell: Ready | undefined, width: number, indent: string): string {
  if (cell === undefined || cell.width === 0) return ''
  const { paint, text } = cell
  if (!paint) return wrap(text, width, indent)
  const lines = wrap(text, width - indent.length, '')
    .trimEnd()
    .split('\n')
  return lines.map((one) => `${indent}${paint(one)}\n`).join('')
}

/** A row's values below each other, each after its label; below it where that breaks fewer lines, or lets a long word fit. */
function blocks(
  tracks: readonly Track[],
  rows: readonly (readonly Ready[])[],
  indent: string,
  width: number,
): string[] {
  const column = gap + Math.max(0, ...tracks.map(({ column: { header } }) => header.length))
  return rows.map((row) =>
    tracks
      .map(({ at, column: { header } }) => {
        const label = `${indent}${header.toUpperCase()}`
        const cell = row[at]
        if (cell === undefined || cell.width === 0) return ''
        const hanging = indent + ' '.repeat(column)
        const own = `${indent}  `
        const longest = Math.max(...cell.text.split(' ').map(({ length }) => length))
        const isBeside = hanging.length + cell.width <= width || own.length + cell.width > width
        if (!isBeside || hanging.length + longest > width) return `${label}\n${valueLines(cell, width, own)}`
        return label.padEnd(hanging.length) + valueLines(cell, width, hanging).slice(hanging.length)
      })
      .join(''),
  )
}
