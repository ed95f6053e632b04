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
export type Cell = string | PaintedCell

export interface PaintedCell {
  readonly text: string
  readonly paint: Paint
}

export interface TableOptions {
  /** Columns; Infinity keeps every row on one line. */
  readonly width: number
  readonly wide: boolean
  /** Before every line. */
  readonly indent?: string
}

/** A table before it is laid out. */
export interface TableContent {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
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

/** A cell that is safe to print: printable ASCII without paint as it is, for that is what most of 500,000 cells are. */
type Ready = string | { readonly text: string; readonly width: number; readonly paint: Paint | undefined }

const textOf = (cell: Ready): string => (typeof cell === 'string' ? cell : cell.text)
const cellWidth = (cell: Ready): number => (typeof cell === 'string' ? cell.length : cell.width)
const paintOf = (cell: Ready): Paint | undefined => (typeof cell === 'string' ? undefined : cell.paint)

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
  const cells = rows.map(readyRow)
  for (const row of cells) {
    for (const track of tracks) {
      const own = cellWidth(row[track.at] ?? '')
      if (own > track.width) track.width = own
    }
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

const isReady = (cell: Cell): cell is string => typeof cell === 'string' && isPlain(cell)

const readyRow = (row: readonly Cell[]): readonly Ready[] => (row.every(isReady) ? row : row.map(ready))

function ready(cell: Cell): Ready {
  if (isReady(cell)) return cell
  const text = sanitise(typeof cell === 'string' ? cell : cell.text)
  return { text, width: widthOf(text), paint: typeof cell === 'string' ? undefined : cell.paint }
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
export function shorten(text: string, width: number): string {
  const characters = Array.from(text)
  const kept = Math.max(0, width - dots.length)
  const head = characters.slice(0, Math.floor(kept / 2))
  const tail = characters.slice(characters.length - Math.ceil(kept / 2))
  return [...head, dots.slice(0, width), ...tail].join('')
}

function line(tracks: readonly Track[], row: readonly Ready[], indent: string): string {
  // joined at once: 100,000 lines of a dozen pieces each would be kept as pieces
  const parts = [indent]
  let blanks = 0
  for (const { at, column, width } of tracks) {
    const cell = row[at] ?? ''
    const own = cellWidth(cell)
    if (own === 0) {
      blanks += width + gap
      continue
    }
    const short = own > width ? shorten(textOf(cell), width) : textOf(cell)
    const rest = Math.max(0, width - own)
    const isRight = column.align === 'right'
    parts.push(' '.repeat(isRight ? blanks + rest : blanks), paintOf(cell)?.(short) ?? short)
    blanks = isRight ? gap : rest + gap
  }
  parts.push('\n')
  return parts.join('')
}

const linesBelow = (tracks: readonly Track[], row: readonly Ready[], indent: string, width: number): string =>
  tracks.map(({ at }) => valueLines(row[at] ?? '', width, `${indent}    `)).join('')

/** The words of a cell in as many lines as they need. */
function valueLines(cell: Ready, width: number, indent: string): string {
  if (cellWidth(cell) === 0) return ''
  const [text, paint] = [textOf(cell), paintOf(cell)]
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
        const cell = row[at] ?? ''
        const own = cellWidth(cell)
        if (own === 0) return ''
        const hanging = indent + ' '.repeat(column)
        const below = `${indent}  `
        const longest = Math.max(
          ...textOf(cell)
            .split(' ')
            .map(({ length }) => length),
        )
        const isBeside = hanging.length + own <= width || below.length + own > width
        if (!isBeside || hanging.length + longest > width) return `${label}\n${valueLines(cell, width, below)}`
        return label.padEnd(hanging.length) + valueLines(cell, width, hanging).slice(hanging.length)
      })
      .join(''),
  )
}
