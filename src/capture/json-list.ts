/**
 * The items of an API list (`{"kind": "List", "items": [...]}`), found in one pass over the bytes and parsed when they are asked for:
 * as one value, the EndpointSlices of 10,000 Services take ten times the bytes of their text, and most questions are about a few.
 */
import type { ItemList, UnparsedItem } from './capture.ts'
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
export function parseJsonList(bytes: Buffer, file: string): ItemList | undefined {
  const array = arrayOf(bytes)
  if (array && isRest(bytes, array)) return new JsonList(bytes, file, array.items)
  const whole = parseJson(bytes, file)
  if (typeof whole !== 'object' || whole === null) return undefined
  if ('items' in whole) return Array.isArray(whole.items) ? whole.items : undefined
  return ('kind' in whole && 'metadata' in whole) || 'gitVersion' in whole ? [whole] : undefined
}

/** Bytes of items that are values at one time: JSON.parse is quick with many alike. */
const piece = 200_000

class JsonList implements ItemList {
  readonly #bytes: Buffer
  readonly #file: string
  readonly #items: readonly Range[]

  constructor(bytes: Buffer, file: string, items: readonly Range[]) {
    this.#bytes = bytes
    this.#file = file
    this.#items = items
  }

  *[Symbol.iterator](): Iterator<unknown> {
    const items = this.#items
    for (let first = 0; first < items.length;) {
      const start = items[first]?.start ?? 0
      let next = first + 1
      while (next < items.length && (items[next]?.end ?? 0) - start < piece) next++
      yield* this.#parsed(`[${this.#text(start, items[next - 1]?.end ?? 0)}]`) as unknown[]
      first = next
    }
  }

  get unparsed(): UnparsedItem[] {
    return this.#items.map(({ end, start }) => {
      const text = (): string => this.#text(start, end)
      return { text, value: () => this.#parsed(text()) }
    })
  }

  #text(start: number, end: number): string {
    return this.#bytes.toString('utf8', start, end)
  }

  /** Where a part of the text is broken, only the whole tells the place. */
  #parsed(part: string): unknown {
    try {
      return JSON.parse(part)
    } catch (error) {
      parseJson(this.#bytes, this.#file)
      throw error
    }
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
function arrayOf(bytes: Buffer): ItemArray | undefined {
  let depth = 0
  let start = -1
  let itemStart = -1
  let found: ItemArray | undefined
  const items: Range[] = []
  const { length } = bytes
  for (let at = 0; at < length; at++) {
    const code = bytes[at]
    if (code === quote) {
      const end = endOfString(bytes, at)
      const opens = depth === 1 ? opening(bytes, at, end) : -1
      if (opens >= 0 && start >= 0) return undefined
      if (opens >= 0) start = itemStart = opens + 1
      at = end
    } else if (code === brace || code === bracket) depth++
    else if (code === closingBrace || code === closingBracket) {
      depth--
      if (depth !== 1 || start < 0 || found) continue
      if (items.length > 0 || bytes.toString('utf8', itemStart, at).trim() !== '')
        items.push({ start: itemStart, end: at })
      found = { start, end: at, items }
    } else if (code === comma && depth === 2 && start >= 0 && !found) {
      items.push({ start: itemStart, end: at })
      itemStart = at + 1
    }
  }
  return found
}

/** The bracket behind the key "items"; -1 behind other strings. */
function opening(bytes: Buffer, start: number, end: number): number {
  if (end - start !== 6 || bytes.toString('latin1', start + 1, end) !== 'items') return -1
  const behind = /^\s*:\s*\[/.exec(bytes.toString('latin1', end + 1, end + 1 + longestGap))
  return behind ? end + behind[0].length : -1
}

/** Bytes between the key and its bracket: no tool prints more. */
const longestGap = 100

/** The place of the closing quote. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return at
}

/** Whether what stands around the items is JSON, with them as its only items. */
function isRest(bytes: Buffer, { end, items, start }: ItemArray): boolean {
  const [before, after] = [bytes.toString('utf8', 0, start), bytes.toString('utf8', end)]
  try {
    const rest: unknown = JSON.parse(before + items.map(() => '0').join() + after)
    const zeros = typeof rest === 'object' && rest !== null && 'items' in rest ? rest.items : undefined
    return Array.isArray(zeros) && zeros.length === items.length && zeros.every((zero) => zero === 0)
  } catch {
    return false
  }
}
