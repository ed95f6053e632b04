/** Named sets and maps of nft's text: what their lines say, and their elements on first use. */
import { datatypesOf } from '../../ruleset/nft-datatype.ts'
import { formatNftElement } from '../../ruleset/format-nft-expression.ts'
import type { NftElement, NftSet } from '../../ruleset/nft.ts'
import type { At, Found } from '../../ruleset/ruleset.ts'
import type { UnknownLine } from '../source.ts'
import { type ElementTypes, parseElement } from './element.ts'
import { parseExpression } from './expression.ts'
import { parseNumber, parseSeconds } from './literal.ts'
import {
  type Cursor,
  NftSyntaxError,
  cursor,
  ended,
  next,
  nextString,
  peek,
  quoteWord,
  take,
  whyUnreadable,
} from './tokens.ts'

/** A line of the file, trimmed. */
export interface Line {
  readonly line: number
  readonly text: string
  /** The file ends in the middle of this line. */
  readonly cut?: boolean
}

/** What the lines of a set have said so far. */
export interface SetHead {
  readonly name: string
  type: readonly string[]
  map?: string
  flags: readonly string[]
  timeout?: number
  size?: number
  comment?: string
}

export const emptySetHead = (name: string): SetHead => ({ name, type: [], flags: [] })

/** Takes in one line of a set but for its elements; says whether it understood it. */
export function readSetLine(head: SetHead, text: string): boolean {
  try {
    return readWords(head, cursor(text))
  } catch (error) {
    whyUnreadable(error)
    return false
  }
}

function readWords(head: SetHead, c: Cursor): boolean {
  switch (next(c)) {
    case 'type':
      readType(head, c)
      break
    case 'typeof':
      readTypeof(head, c)
      break
    case 'flags':
      head.flags = c.words
        .slice(c.at)
        .flatMap((word) => word.split(','))
        .filter((flag) => flag !== '')
      return true
    case 'timeout':
      head.timeout = parseSeconds(next(c))
      break
    case 'size':
      head.size = sizeOf(next(c))
      // The number of elements in use is added by nft >= 1.1.2: `size 65535	# count 3`.
      return ended(c) || peek(c) === '#'
    case 'comment':
      head.comment = nextString(c)
      break
    case 'auto-merge':
      break
    case 'gc-interval':
    case 'policy':
      next(c)
      break
    case 'counter':
    case 'limit':
    case 'quota':
    case 'last':
    case 'ct':
      // Statements that every element carries; each element shows its own.
      return true
    default:
      return false
  }
  return ended(c)
}

function sizeOf(word: string): number {
  const size = parseNumber(word)
  if (size === undefined) throw new NftSyntaxError(`${quoteWord(word)} is no size`)
  return size
}

/** `ipv4_addr . inet_service : verdict`. */
function readType(head: SetHead, c: Cursor): void {
  head.type = takeTypeNames(c)
  if (take(c, ':')) head.map = takeDataType(c)
}

function takeTypeNames(c: Cursor): string[] {
  const names = [next(c)]
  while (take(c, '.')) names.push(next(c))
  return names
}

/** `interval` says that the values may be ranges. */
function takeDataType(c: Cursor): string {
  take(c, 'interval')
  return takeTypeNames(c).join(' . ')
}

/** `typeof ip daddr . tcp dport : meta mark` is kept as the types that it stands for. */
function readTypeof(head: SetHead, c: Cursor): void {
  head.type = datatypesOf(parseExpression(c))
  if (!take(c, ':')) return
  take(c, 'interval')
  head.map =
    peek(c) === 'verdict' || isObject(peek(c))
      ? takeTypeNames(c).join(' . ')
      : datatypesOf(parseExpression(c)).join(' . ')
}

const isObject = (word: string | undefined): boolean => ['counter', 'limit', 'quota', 'synproxy'].includes(word ?? '')

export interface SetElements {
  readonly elements: readonly NftElement[]
  readonly unknown: readonly UnknownLine[]
}

/** The types that a set's elements are spelled in. */
export const elementTypes = (set: { readonly type: readonly string[]; readonly map?: string }): ElementTypes =>
  set.map === undefined ? { key: set.type } : { key: set.type, data: set.map.split(' . ') }

/** Elements of the lines between `elements = {` and `}`. Elements never span lines; one that cannot be read is kept as text. */
export function parseElementLines(lines: Iterable<Line>, types: ElementTypes): SetElements {
  const elements: NftElement[] = []
  const unknown: UnknownLine[] = []
  for (const line of lines) {
    const why = line.cut ? 'the file ends in the middle of this line' : readElements(line.text, types, elements)
    if (why === undefined) continue
    elements.push({ other: line.text })
    unknown.push({ line: line.line, text: line.text, why })
  }
  return { elements, unknown }
}

function readElements(text: string, types: ElementTypes, elements: NftElement[]): string | undefined {
  const count = elements.length
  try {
    const c = cursor(text)
    while (!ended(c) && peek(c) !== '}') {
      for (const element of parseElement(c, types)) elements.push(element)
      if (!take(c, ',') && !ended(c) && peek(c) !== '}') return `"," expected before ${quoteWord(peek(c))}`
    }
    return undefined
  } catch (error) {
    elements.length = count
    return whyUnreadable(error)
  }
}

/** Those of the elements that hold the text as nft prints them. */
export function foundElements(
  set: Pick<NftSet, 'map' | 'name' | 'type'>,
  elements: readonly NftElement[],
  at: At,
  text: string,
): Found[] {
  const { data, key } = elementTypes(set)
  return elements
    .map((element) => ({ set, element, at, text: formatNftElement(element, key, data) }))
    .filter((found) => found.text.includes(text))
}

/** Makes the set; `load` is called when `elements` is first read. */
export function makeSet(head: SetHead, load: () => readonly NftElement[]): NftSet {
  const { comment, map, name, size, timeout, type } = head
  const flags = new Set(head.flags)
  flags.delete('dynamic')
  if (timeout !== undefined) flags.add('timeout')
  let elements: readonly NftElement[] | undefined
  return {
    name,
    type,
    ...(map === undefined ? {} : { map }),
    flags: [...flags].toSorted(),
    ...(timeout === undefined ? {} : { timeout }),
    ...(size === undefined ? {} : { size }),
    ...(comment === undefined ? {} : { comment }),
    get elements() {
      return (elements ??= load())
    },
  }
}
