/** YAML with the place of every value, resolved as kube-proxy's reader does it. */
import { EVENT_ID, SCALAR_STYLE, YAMLException, getScalarValue, parseEvents } from 'js-yaml'
import type { Event, ScalarEvent } from 'js-yaml'
import { UnreadableText } from './node.ts'
import type { Entry, Node, Scalar, ScalarNode } from './node.ts'
import { resolvePlain, resolveTagged } from './scalar.ts'
import { moved, originalOf, paddedAt } from './padding.ts'
import type { Padded } from './padding.ts'
import { refuseBeyondYaml11 } from './yaml-1.1.ts'

/** The document of a YAML text that has no other; undefined where it has none. Throws UnreadableText. */
export function parseYaml(text: string): Node | undefined {
  const { events, padded } = eventsOf(text)
  if (padded.text === text) return composed(text, events)
  const original = originalOf(padded)
  try {
    const root = composed(padded.text, events)
    return root && moved(root, original, new Map())
  } catch (error) {
    throw error instanceof UnreadableText ? new UnreadableText(error.message, original(error.offset)) : error
  }
}

function composed(text: string, events: readonly Event[]): Node | undefined {
  refuseBeyondYaml11(text, events)
  return events.length < 3 ? undefined : new Composer(text, events).document()
}

function parsed(text: string): Event[] {
  try {
    return parseEvents(text, { maxDepth: deepest })
  } catch (error) {
    if (error instanceof YAMLException) throw new UnreadableText(error.reason, error.mark?.position ?? 0)
    throw error
  }
}

/** Throws UnreadableText. go-yaml asks for no indent inside of brackets and quotes, js-yaml does: such lines are parsed as if they had one. */
export function eventsOf(text: string): { readonly events: Event[]; readonly padded: Padded } {
  let padded: Padded = { text, lines: [] }
  let first: unknown
  for (;;) {
    try {
      return { events: parsed(padded.text), padded }
    } catch (error) {
      first ??= error
      const isIndent = error instanceof UnreadableText && error.message === 'deficient indentation'
      const more = isIndent ? paddedAt(padded, error.offset) : undefined
      // where padding does not help, what was wrong at first is what the reader must know
      if (!more) throw first
      padded = more
    }
  }
}

/** go-yaml's max_flow_level and max_indents allow more; no configuration has it, and recursion must end. */
const deepest = 1000

/** go-yaml refuses documents that are made of aliases: these are its limits (decode.go, allowedAliasRatio). */
const aliasLimits = { aliases: 100, nodes: 1000, manyNodes: 400_000, moreNodes: 4_000_000 }

class Composer {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #anchors = new Map<string, Node | undefined>()
  /** How many nodes a reader meets in an anchor's node, with those behind aliases. */
  readonly #weights = new Map<Node, number>()
  #at = 1
  #nodes = 1
  #aliased = 0

  constructor(text: string, events: readonly Event[]) {
    this.#text = text
    this.#events = events
  }

  document(): Node {
    return this.#node()
  }

  #node(): Node {
    const event = this.#events[this.#at++]
    if (!event || event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) {
      throw new UnreadableText('the document ends too early', this.#text.length)
    }
    if (event.type === EVENT_ID.ALIAS) return this.#alias(event.anchorStart, event.anchorEnd)
    const before = this.#nodes++
    const anchor = event.anchorStart < 0 ? undefined : this.#text.slice(event.anchorStart, event.anchorEnd)
    if (anchor !== undefined) this.#anchors.set(anchor, undefined)
    const node = event.type === EVENT_ID.SCALAR ? this.#scalar(event) : this.#collection(event)
    if (anchor !== undefined) {
      this.#anchors.set(anchor, node)
      this.#weights.set(node, this.#nodes - before)
    }
    return node
  }

  #alias(start: number, end: number): Node {
    const name = this.#text.slice(start, end)
    const node = this.#anchors.get(name)
    if (node === undefined) {
      const reason = this.#anchors.has(name)
        ? `anchor '${name}' value contains itself`
        : `unknown anchor '${name}' referenced`
      throw new UnreadableText(reason, start - 1)
    }
    const weight = this.#weights.get(node) ?? 1
    this.#nodes += weight + 1
    this.#aliased += weight
    if (isExplosive(this.#aliased, this.#nodes)) {
      throw new UnreadableText('document contains excessive aliasing', start - 1)
    }
    return node
  }

  #collection(event: Exclude<Event, ScalarEvent> & { start: number }): Node {
    const { start } = event
    const isSequence = event.type === EVENT_ID.SEQUENCE
    const items: Node[] = []
    const entries: Entry[] = []
    while (this.#events[this.#at]?.type !== EVENT_ID.POP) {
      if (isSequence) items.push(this.#node())
      else this.#pair(entries)
    }
    this.#at++
    const last = isSequence ? items.at(-1) : entries.at(-1)?.value
    const end = Math.max(start, last?.end ?? start)
    return isSequence ? { kind: 'sequence', start, end, items } : { kind: 'mapping', start, end, entries }
  }

  #pair(entries: Entry[]): void {
    const isMerge = this.#isMerge()
    const key = this.#node()
    const value = this.#node()
    if (isMerge) this.#merge(value, entries)
    else entries.push({ name: keyName(key), key, value })
  }

  /** `<<` without quotes: the entries of what it names. */
  #isMerge(): boolean {
    const event = this.#events[this.#at]
    if (event?.type !== EVENT_ID.SCALAR || getScalarValue(this.#text, event) !== '<<') return false
    return event.style === SCALAR_STYLE.PLAIN ? event.tagStart < 0 : this.#tag(event) === '!!merge'
  }

  #merge(value: Node, entries: Entry[]): void {
    if (value.kind === 'mapping') entries.push(...value.entries)
    else if (value.kind === 'sequence' && value.items.every((item) => item.kind === 'mapping')) {
      for (const item of value.items.toReversed()) this.#merge(item, entries)
    } else throw new UnreadableText('map merge requires map or sequence of maps as the value', value.start)
  }

  #scalar(event: ScalarEvent): ScalarNode {
    const text = getScalarValue(this.#text, event)
    const empty = event.valueStart < 0
    const start = empty ? this.#previousEnd() : event.valueStart - (isQuoted(event) ? 1 : 0)
    const end = empty ? start : event.valueEnd + (isQuoted(event) ? 1 : 0)
    const plain = event.style === SCALAR_STYLE.PLAIN
    const scalar = this.#resolve(event, text, plain, start)
    const isLiteral = event.style === SCALAR_STYLE.LITERAL_BLOCK
    return { kind: 'scalar', start, end, scalar, ...(isLiteral ? { block: { indent: event.indent } } : {}) }
  }

  #resolve(event: ScalarEvent, text: string, plain: boolean, start: number): Scalar {
    const tag = this.#tag(event)
    if (tag === undefined && !plain) return { type: 'string', value: text }
    try {
      const scalar = tag === undefined ? resolvePlain(text) : resolveTagged(tag, text)
      if (scalar) return scalar
    } catch (error) {
      throw new UnreadableText(error instanceof Error ? error.message : String(error), start)
    }
    throw new UnreadableText(`JSON has no value for ${text}`, start)
  }

  #tag(event: ScalarEvent): string | undefined {
    if (event.tagStart < 0) return undefined
    const written = this.#text.slice(event.tagStart, event.tagEnd)
    return written.replace(/^!?<?tag:yaml\.org,2002:([^>]*)>?$/, '!!$1')
  }

  /** Where an empty value stands: after what is before it. */
  #previousEnd(): number {
    const previous = this.#events[this.#at - 2]
    if (previous?.type === EVENT_ID.SCALAR) {
      const end = Math.max(previous.valueEnd, 0)
      return isQuoted(previous) ? end + 1 : end
    }
    return previous && 'start' in previous ? previous.start : 0
  }
}

const isQuoted = (event: ScalarEvent): boolean =>
  event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED

/** Keys are strings in JSON; other kinds of keys cannot be read. */
function keyName(key: Node): string {
  if (key.kind !== 'scalar') throw new UnreadableText('invalid map key: a map or a list', key.start)
  const name = nameOf(key.scalar)
  if (name !== undefined) return name
  throw new UnreadableText('unsupported map key of type: null', key.start)
}

/** A scalar as a key; undefined for null. */
export function nameOf(scalar: Scalar): string | undefined {
  if (scalar.type === 'null') return undefined
  return scalar.type === 'number' ? scalar.literal : String(scalar.value)
}

function isExplosive(aliased: number, nodes: number): boolean {
  const { aliases, manyNodes, moreNodes, nodes: few } = aliasLimits
  if (aliased <= aliases || nodes <= few) return false
  const part = Math.min(Math.max((nodes - manyNodes) / (moreNodes - manyNodes), 0), 1)
  return aliased / nodes > 0.99 - 0.89 * part
}
