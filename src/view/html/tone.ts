/** Tones: a page asks of what a view of the terminal has painted which paint that was, and says the same in a class. */
import type { Paint, Style, ViewOptions } from '../style.ts'

const tones = ['bold', 'dim', 'good', 'warn', 'bad', 'key'] as const
export type Tone = (typeof tones)[number]

/** Six that do nothing, and are told apart by which one it is. */
const paintOf = (): Paint => (text) => text
const paints: Readonly<Record<Tone, Paint>> = {
  bold: paintOf(),
  dim: paintOf(),
  good: paintOf(),
  warn: paintOf(),
  bad: paintOf(),
  key: paintOf(),
}

const style: Style = { colour: false, ...paints }

/** A page has room for everything but the rows of long lists, where those are cut. */
export const pageOptions: ViewOptions = { width: Infinity, wide: true, limit: Infinity, style }

export const toneOf = (paint: Paint): Tone | undefined => tones.find((tone) => paints[tone] === paint)
