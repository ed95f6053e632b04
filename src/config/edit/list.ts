/** Lists: one step at a time towards what they shall hold, so that items that stay keep their lines and comments. */
import { isSame } from './content.ts'
import type { Content } from './content.ts'
import { breakNear, columnOf, endsLine, linesAfter, linesBefore, withoutLines } from './lines.ts'
import type { Change } from './lines.ts'
import { addToFlow, removeFromFlow } from './flow.ts'
import type { FlowStyle } from './flow.ts'
import { unsafe } from './refusal.ts'
import { replacement, startFor } from './replace.ts'
import { inline, keyText } from './scalar-text.ts'
import type { WrittenSequence } from './written.ts'

type Step = { readonly at: number; readonly item?: Content; readonly removes: boolean }

/** The first change that is left to make; undefined where the lists are the same. */
function stepTo(now: readonly Content[], wanted: readonly Content[]): Step | undefined {
  const found = wanted.findIndex((item, i) => !isAt(now, i, item))
  const at = found < 0 ? wanted.length : found
  const item = wanted[at]
  const old = now[at]
  if (!item) return old && { at: now.length - 1, removes: true }
  if (!old) return { at, item, removes: false }
  if (wanted.slice(at).some((one) => isSame(one, old))) return { at, item, removes: false }
  if (now.slice(at).some((one) => isSame(one, item))) return { at, removes: true }
  return { at, item, removes: true }
}

function isAt(items: readonly Content[], at: number, item: Content): boolean {
  const one = items[at]
  return one !== undefined && isSame(one, item)
}

/** One step; undefined where nothing is left to do. `now` is what the list holds. */
export function listStep(
  text: string,
  list: WrittenSequence,
  now: readonly Content[],
  wanted: readonly Content[],
  style: FlowStyle,
): readonly Change[] | undefined {
  const step = stepTo(now, wanted)
  if (!step) return undefined
  const { at, item, removes } = step
  if (item && removes) return replacedItem(text, list, at, item, style)
  if (!item) return list.flow ? removeFromFlow(text, list, at) : [withoutItem(text, list, at)]
  if (!list.flow) return [withItem(text, list, at, item)]
  const added = inline(item, { isJson: style.isJson, inFlow: true }, style.comma, style.colon)
  return addToFlow(text, list, at < now.length ? at : undefined, added, style.comma)
}

function replacedItem(text: string, list: WrittenSequence, at: number, item: Content, style: FlowStyle): Change[] {
  const value = list.items[at]?.value
  if (!value) return []
  if (!list.flow && value.kind === 'mapping' && !value.flow && item.kind === 'mapping') {
    const written = itemLines(item, columnOf(text, value.start)).join(breakNear(text, value.start))
    return [{ start: value.start, end: value.end, text: written.trimStart() }]
  }
  if ('flow' in value && !value.flow) throw unsafe(text, value.start, 'the item is not in one line')
  const isEmpty = value.kind === 'scalar' && value.style === 'empty'
  const written = replacement(value, item, { ...style, inFlow: list.flow })
  return [{ start: startFor(value, item), end: value.end, text: isEmpty ? ` ${written}` : written }]
}

function withoutItem(text: string, list: WrittenSequence, at: number): Change {
  const item = list.items[at]
  if (item?.dash === undefined || !endsLine(text, item.value.end))
    throw unsafe(text, list.start, 'an item is not in a line of its own')
  return withoutLines(text, item.dash, Math.max(item.dash, item.value.end))
}

/** With the indent of the item before it, or after it, and the blanks behind its dash. */
function withItem(text: string, list: WrittenSequence, at: number, item: Content): Change {
  const beside = list.items[Math.max(at - 1, 0)]
  if (beside?.dash === undefined) throw unsafe(text, list.start, 'an item is not in a line of its own')
  const blanks = text.slice(beside.dash + 1, beside.value.properties?.start ?? beside.value.start)
  const dash = /^[ \t]+$/.test(blanks) ? `-${blanks}` : '- '
  const indent = ' '.repeat(columnOf(text, beside.dash))
  const [first = '', ...rest] = itemLines(item, indent.length + dash.length)
  const lines = [indent + dash + first.trimStart(), ...rest]
  return at === 0
    ? linesBefore(text, beside.dash, lines)
    : linesAfter(text, Math.max(beside.dash, beside.value.end), lines)
}

/** A mapping has a line for each key. */
function itemLines(item: Content, column: number): string[] {
  const style = { isJson: false, inFlow: false }
  if (item.kind !== 'mapping' || item.entries.length === 0) return [inline(item, style)]
  return item.entries.map(([name, value]) => `${' '.repeat(column)}${keyText(name, style)}: ${inline(value, style)}`)
}
