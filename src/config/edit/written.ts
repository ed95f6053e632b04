/** A configuration as it is written: styles, anchors, aliases and merge keys, which the values (node.ts) do not show. */
import { CHOMPING_MODE, COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, getScalarValue } from 'js-yaml'
import type { Event, MappingEvent, ScalarEvent, SequenceEvent } from 'js-yaml'
import { endOfFirst, isJsonText } from '../document.ts'
import { parseJsonText } from '../json-text.ts'
import type { Node } from '../node.ts'
import { originalOf } from '../padding.ts'
import { resolvePlain } from '../scalar.ts'
import { eventsOf, nameOf } from '../yaml.ts'
import { breakBefore, lineStart } from './lines.ts'
import type { Place } from './lines.ts'

interface Content extends Place {
  /** Where an anchor and a tag stand, before `start`. */
  readonly properties?: Place
  readonly tag?: string
}

interface WrittenScalar extends Content {
  readonly kind: 'scalar'
  /** `block`: | or >, from that character to the end of its last line. `empty`: nothing, behind the colon or dash. */
  readonly style: 'block' | 'double' | 'empty' | 'plain' | 'single'
}

interface WrittenAlias extends Content {
  readonly kind: 'alias'
}

interface WrittenItem {
  /** Undefined in a flow list. */
  readonly dash: number | undefined
  readonly value: Written
}

export interface WrittenSequence extends Content {
  readonly kind: 'sequence'
  readonly flow: boolean
  readonly items: readonly WrittenItem[]
}

export interface WrittenEntry {
  /** Undefined for a key that is an alias or null, and for a merge key. */
  readonly name: string | undefined
  readonly isMerge: boolean
  readonly key: Place
  /** Behind the colon; undefined where there is none. */
  readonly colonEnd: number | undefined
  readonly value: Written
}

export interface WrittenMapping extends Content {
  readonly kind: 'mapping'
  readonly flow: boolean
  readonly entries: readonly WrittenEntry[]
}

export type Written = WrittenAlias | WrittenMapping | WrittenScalar | WrittenSequence

/** The first document of a configuration's text; undefined where it is empty. Throws UnreadableText. */
export function readWritten(text: string): Written | undefined {
  if (isJsonText(text)) return fromJson(text, parseJsonText(text))
  const { events, padded } = eventsOf(text.slice(0, endOfFirst(text)))
  return events.length < 3 ? undefined : new Reader(padded.text, events, originalOf(padded)).node()
}

function fromJson(text: string, node: Node): Written {
  const { end, start } = node
  if (node.kind === 'scalar') {
    return { kind: 'scalar', start, end, style: node.scalar.type === 'string' ? 'double' : 'plain' }
  }
  if (node.kind === 'sequence') {
    const items = node.items.map((item) => ({ dash: undefined, value: fromJson(text, item) }))
    return { kind: 'sequence', flow: true, start, end, items }
  }
  const entries = node.entries.map(({ key, name, value }) => ({
    name,
    isMerge: false,
    key: { start: key.start, end: key.end },
    colonEnd: text.indexOf(':', key.end) + 1,
    value: fromJson(text, value),
  }))
  return { kind: 'mapping', flow: true, start, end, entries }
}

const blanksAndComments = /(?:[\s\ufeff]|(?<=\s)#[^\r\n]*)*/y
const blanksCommasAndComments = /(?:[\s,]|(?<=[\s,])#[^\r\n]*)*/y
const colon = /\s*:/y

class Reader {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #original: (offset: number) => number
  #at = 1
  /** Behind what was read last. */
  #cursor = 0

  constructor(text: string, events: readonly Event[], original: (offset: number) => number) {
    this.#text = text
    this.#events = events
    this.#original = original
  }

  node(): Written {
    const event = this.#events[this.#at++]
    if (event?.type === EVENT_ID.ALIAS) {
      this.#cursor = event.anchorEnd
      return { kind: 'alias', ...this.#place(event.anchorStart - 1, event.anchorEnd) }
    }
    if (event?.type === EVENT_ID.SCALAR) return this.#scalar(event)
    if (event?.type === EVENT_ID.SEQUENCE) return this.#sequence(event)
    if (event?.type === EVENT_ID.MAPPING) return this.#mapping(event)
    throw new RangeError('the events of a YAML text end too early')
  }

  #place(start: number, end: number): Place {
    return { start: this.#original(start), end: this.#original(end) }
  }

  #scalar(event: ScalarEvent): WrittenScalar {
    const properties = this.#properties(event)
    const style = styleOf(event)
    if (style === 'empty') return { kind: 'scalar', style, ...this.#place(this.#cursor, this.#cursor), ...properties }
    const quote = style === 'double' || style === 'single' ? 1 : 0
    const start = style === 'block' ? this.#header(event.valueStart) : event.valueStart - quote
    this.#cursor = style === 'block' ? this.#blockEnd(event) : event.valueEnd + quote
    return { kind: 'scalar', style, ...this.#place(start, this.#cursor), ...properties }
  }

  /** Of a block scalar: its | or >, on the line before its text. */
  #header(valueStart: number): number {
    const line = lineStart(this.#text, valueStart - breakBefore(this.#text, valueStart))
    const found = this.#text.slice(line, valueStart).search(/[|>][-+\d]*[ \t]*(?:[ \t]#.*)?[\r\n]*$/)
    return line + found
  }

  /** Blank lines at its end belong to it with |+ alone. */
  #blockEnd({ chomping, valueEnd, valueStart }: ScalarEvent): number {
    const value = this.#text.slice(valueStart, valueEnd)
    const kept =
      chomping === CHOMPING_MODE.KEEP
        ? value.slice(0, value.length - breakBefore(value, value.length))
        : value.trimEnd()
    return kept === '' ? valueStart - breakBefore(this.#text, valueStart) : valueStart + kept.length
  }

  #properties(event: MappingEvent | ScalarEvent | SequenceEvent): Pick<Content, 'properties' | 'tag'> {
    const { anchorEnd, anchorStart, tagEnd, tagStart } = event
    if (anchorStart < 0 && tagStart < 0) return {}
    const start = Math.min(...[anchorStart - 1, tagStart].filter((at) => at >= 0))
    const end = Math.max(anchorEnd, tagEnd)
    this.#cursor = Math.max(this.#cursor, end)
    return {
      properties: this.#place(start, end),
      ...(tagStart < 0 ? {} : { tag: this.#text.slice(tagStart, tagEnd) }),
    }
  }

  #sequence(event: SequenceEvent): WrittenSequence {
    const properties = this.#properties(event)
    const flow = event.style === COLLECTION_STYLE.FLOW
    this.#cursor = event.start + (flow ? 1 : 0)
    const items: WrittenItem[] = []
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) {
      if (!flow) this.#cursor = this.#skip(blanksAndComments) + 1
      const dash = flow ? undefined : this.#original(this.#cursor - 1)
      items.push({ dash, value: this.node() })
    }
    return { kind: 'sequence', flow, items, ...this.#ended(event.start, flow), ...properties }
  }

  #mapping(event: MappingEvent): WrittenMapping {
    const properties = this.#properties(event)
    const flow = event.style === COLLECTION_STYLE.FLOW
    this.#cursor = event.start + (flow ? 1 : 0)
    const entries: WrittenEntry[] = []
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) entries.push(this.#entry())
    return { kind: 'mapping', flow, entries, ...this.#ended(event.start, flow), ...properties }
  }

  /** Past the event that ends the collection, and its bracket. */
  #ended(start: number, flow: boolean): Place {
    this.#at++
    if (flow) this.#cursor = this.#skip(blanksCommasAndComments) + 1
    return this.#place(start, this.#cursor)
  }

  #entry(): WrittenEntry {
    const event = this.#events[this.#at]
    const written = this.node()
    const key = { start: written.properties?.start ?? written.start, end: written.end }
    const name = event?.type === EVENT_ID.SCALAR ? keyName(this.#text, event) : undefined
    const isMerge = event?.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.PLAIN && name === '<<'
    const behind = this.#skip(colon)
    const colonEnd = behind > this.#cursor ? this.#original(behind) : undefined
    this.#cursor = behind
    return { name: isMerge ? undefined : name, isMerge, key, colonEnd, value: this.node() }
  }

  #skip(pattern: RegExp): number {
    pattern.lastIndex = this.#cursor
    return this.#cursor + (pattern.exec(this.#text)?.[0].length ?? 0)
  }
}

function styleOf({ style, valueStart }: ScalarEvent): WrittenScalar['style'] {
  if (valueStart < 0) return 'empty'
  if (style === SCALAR_STYLE.PLAIN) return 'plain'
  if (style === SCALAR_STYLE.SINGLE_QUOTED) return 'single'
  return style === SCALAR_STYLE.DOUBLE_QUOTED ? 'double' : 'block'
}

function keyName(text: string, event: ScalarEvent): string | undefined {
  const value = getScalarValue(text, event)
  if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart >= 0) return value
  const scalar = resolvePlain(value)
  return scalar && nameOf(scalar)
}
