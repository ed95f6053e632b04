/**
 * The items of an API list (`{"kind": "List", "items": [...]}`), parsed one after the other: as one value, the EndpointSlices of 10,000
 * Services take ten times the bytes of their text.
 */
import { parseJson } from './parse-json.ts'

const quote = 34
const backslash = 92
const comma = 44
const bracket = 91
const closingBracket = 93
const brace = 123
const closingBrace = 125

/**
 * One object of the API by itself, and what /version answers, are lists of one. Undefined where there are no items. What is not JSON
 * throws KPX1008, at the latest when its item is read.
 */
export function parseJsonList(bytes: Buffer, file: string): Iterable<unknown> | undefined {
  const text = bytes.toString('utf8')
  const array = arrayOf(text)
  if (array && isRest(text, array)) return parsedItems(text, array, () => parseJson(bytes, file))
  const whole = parseJson(bytes, file)
  if (typeof whole !== 'object' || whole === null) return undefined
  if ('items' in whole) return Array.isArray(whole.items) ? whole.items : undefined
  return ('kind' in whole && 'metadata' in whole) || 'gitVersion' in whole ? [whole] : undefined
}

/** Characters of items that are values at one time: JSON.parse is quick with many alike. */
const piece = 200_000

function* parsedItems(text: string, { items }: ItemArray, parseWhole: () => unknown): Iterable<unknown> {
  for (let first = 0; first < items.length;) {
    const start = items[first]?.start ?? 0
    let next = first + 1
    while (next < items.length && (items[next]?.end ?? 0) - start < piece) next++
    yield* parsedPiece(text.slice(start, items[next - 1]?.end), parseWhole)
    first = next
  }
}

/** Items with the commas between them. Where they are broken, only the whole text tells the place. */
function parsedPiece(items: string, parseWhole: () => unknown): readonly unknown[] {
  try {
    return JSON.parse(`[${items}]`) as unknown[]
  } catch (error) {
    parseWhole()
    throw error
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

/** `[start, end)` is what stands between the array's brackets. */
interface ItemArray extends Range {
  readonly items: readonly Range[]
}

/** The array "items" of the outermost object; undefined where there is none, or several. */
function arrayOf(text: string): ItemArray | undefined {
  let depth = 0
  let start = -1
  let itemStart = -1
  let found: ItemArray | undefined
  const items: Range[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = endOfString(text, at)
      const opens = depth === 1 ? opening(text, at, end) : -1
      if (opens >= 0 && start >= 0) return undefined
      if (opens >= 0) start = itemStart = opens + 1
      at = end
    } else if (code === brace || code === bracket) depth++
    else if (code === closingBrace || code === closingBracket) {
      depth--
      if (depth !== 1 || start < 0 || found) continue
      if (items.length > 0 || text.slice(itemStart, at).trim() !== '') items.push({ start: itemStart, end: at })
      found = { start, end: at, items }
    } else if (code === comma && depth === 2 && start >= 0 && !found) {
      items.push({ start: itemStart, end: at })
      itemStart = at + 1
    }
  }
  return found
}

/** The bracket behind the key "items"; -1 behind other strings. */
function opening(text: string, start: number, end: number): number {
  if (end - start !== 6 || !text.startsWith('items', start + 1)) return -1
  const behind = /\s*:\s*\[/y
  behind.lastIndex = end + 1
  return behind.test(text) ? behind.lastIndex - 1 : -1
}

/** The place of the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1
  return at
}

/** Whether what stands around the items is JSON, with them as its only items. */
function isRest(text: string, { end, items, start }: ItemArray): boolean {
  try {
    const rest: unknown = JSON.parse(`${text.slice(0, start)}${items.map(() => '0').join()}${text.slice(end)}`)
    const zeros = typeof rest === 'object' && rest !== null && 'items' in rest ? rest.items : undefined
    return Array.isArray(zeros) && zeros.length === items.length && zeros.every((zero) => zero === 0)
  } catch {
    return false
  }
}
