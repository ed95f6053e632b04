/** `kpx config set PATH=VALUE` as an edit of the text: only the bytes of that key change. */
import { KpxError } from '../../error.ts'
import { fieldAt, sections } from '../fields/index.ts'
import { noSuchField } from '../no-such-field.ts'
import { valueOf } from '../node.ts'
import type { Node } from '../node.ts'
import { addBelow, addToBlock, indentUnit, quoteOf } from './block.ts'
import { contentOf, isSame } from './content.ts'
import type { Content } from './content.ts'
import { confirmed, readEditable } from './editable.ts'
import type { Editable } from './editable.ts'
import { addToFlow, entryText } from './flow.ts'
import { isWith } from './guard.ts'
import { changed } from './lines.ts'
import type { Change } from './lines.ts'
import { listStep } from './list.ts'
import { nextEntry } from './order.ts'
import { unsafe } from './refusal.ts'
import { replaceValue } from './replace.ts'
import { asItIs, typedValue } from './typed-value.ts'
import { unsetPath } from './unset-field.ts'
import type { Written, WrittenEntry, WrittenMapping } from './written.ts'

/**
 * The text with the field set. `value` as it is typed: a list is `a,b` or `[a, b]`, gates are `A=true,B=false` or `{A: true}`.
 * Throws KPX1001 for a path that cannot be set and a value that cannot be written, KPX2001 and KPX2002 for a text that is no
 * configuration, KPX2015 where another value would change too.
 */
export function setField(text: string, path: string, value: string): string {
  const { content, names } = assignment(path, value)
  const before = readEditable(text)
  const now = nodeAt(before.root, names)
  if (now && isSame(contentOf(now), content)) return text
  const at = placeOf(before.written, names)
  const why = `${path} cannot be set without a change of other values`
  return confirmed(
    before,
    () => editedTo(before, names, content),
    (after) => isWith(before.root, after, names, content),
    {
      at,
      why,
    },
  )
}

function assignment(path: string, value: string): { content: Content; names: readonly string[] } {
  const field = fieldAt(path)
  if (field) return { content: typedValue(field, value), names: path.split('.') }
  const gate = /^featureGates\.(.+)$/.exec(path)?.[1]
  if (gate !== undefined) return { content: asItIs(path, value), names: ['featureGates', gate] }
  if (sections.includes(path)) {
    const fix = `set one of its fields: kpx explain field ${path}`
    throw new KpxError('KPX1001', `${path} is a section and has no value of its own`, { fix })
  }
  if (path === 'apiVersion' || path === 'kind') {
    const fix = 'kubeproxy.config.k8s.io/v1alpha1 and KubeProxyConfiguration are the only ones'
    throw new KpxError('KPX1001', `${path} cannot be changed`, { fix })
  }
  throw noSuchField(path)
}

function nodeAt(root: Node, names: readonly string[]): Node | undefined {
  let node: Node | undefined = root
  for (const name of names) node = node?.kind === 'mapping' ? valueOf(node, name) : undefined
  return node
}

/** Not yet compared with what was there. */
function editedTo(before: Editable, names: readonly string[], content: Content): string {
  const { text, written } = before
  const old = writtenAt(written, names)
  if (old?.value.kind === 'sequence' && content.kind === 'sequence' && content.items.length > 0) {
    if (old.value.items.length > 0) return withItems(text, names, content.items)
  }
  if (old?.value.kind === 'mapping' && content.kind === 'mapping' && content.entries.length > 0) {
    return withEntries(before, old.value, names, content)
  }
  return changed(text, setIn(before, written, names, content))
}

/** The list step by step. */
function withItems(text: string, names: readonly string[], wanted: readonly Content[]): string {
  let result = text
  // each step puts an item into its place or removes one: more of them lead nowhere
  for (let steps = text.length + wanted.length; steps > 0; steps--) {
    const { root, style, written } = readEditable(result)
    const list = writtenAt(written, names)?.value
    const now = nodeAt(root, names)
    if (list?.kind !== 'sequence' || now?.kind !== 'sequence') {
      throw unsafe(result, placeOf(written, names), `${names.join('.')} is merged`)
    }
    const step = listStep(result, list, now.items.map(contentOf), wanted, style)
    if (!step) return result
    result = changed(result, step)
  }
  return result
}

/** The gates one by one. */
function withEntries(
  before: Editable,
  old: WrittenMapping,
  names: readonly string[],
  content: Extract<Content, { kind: 'mapping' }>,
): string {
  const now = nodeAt(before.root, names)
  let { text } = before
  for (const [name, one] of content.entries) {
    const had = now?.kind === 'mapping' ? valueOf(now, name) : undefined
    if (had && isSame(contentOf(had), one)) continue
    const edited = readEditable(text)
    text = changed(text, setIn(edited, edited.written, [...names, name], one))
  }
  const wanted = new Set(content.entries.map(([name]) => name))
  const gone = old.entries.flatMap(({ name }) => (name === undefined || wanted.has(name) ? [] : [name]))
  for (const name of new Set(gone)) text = unsetPath(text, [...names, name].join('.'))
  return text
}

function setIn(before: Editable, mapping: WrittenMapping, names: readonly string[], content: Content): Change[] {
  const [name = '', ...rest] = names
  const { style, text } = before
  const entry = mapping.entries.findLast((one) => one.name === name)
  if (!entry) return add(before, mapping, name, nested(rest, content))
  if (rest.length === 0) return replaceEntry(before, mapping, entry, content)
  const { value } = entry
  if (value.kind === 'mapping') return setIn(before, value, rest, content)
  if (value.kind === 'alias') throw unsafe(text, value.start, `${name} is an alias of what others have too`)
  if (!isNull(text, value)) throw unsafe(text, value.start, `${name} holds no fields`)
  if (mapping.flow) return replaceValue(text, mapping, entry, nested(rest, content), style)
  return addBelow(text, entry, nested(rest, content), indentUnit(text, before.written))
}

function replaceEntry(before: Editable, mapping: WrittenMapping, entry: WrittenEntry, content: Content): Change[] {
  const { style, text } = before
  const isNew = content.kind === 'mapping' && content.entries.length > 0 && !mapping.flow && isNull(text, entry.value)
  return isNew
    ? addBelow(text, entry, content, indentUnit(text, before.written))
    : replaceValue(text, mapping, entry, content, style)
}

function add(before: Editable, mapping: WrittenMapping, name: string, content: Content): Change[] {
  const { style, text, written } = before
  if (!mapping.flow) return [addToBlock(text, mapping, name, content, indentUnit(text, written))]
  const added = entryText(text, mapping, name, content, style, quoteOf(text, mapping))
  const next = nextEntry(mapping, name)
  return addToFlow(text, mapping, next && mapping.entries.indexOf(next), added, style.comma)
}

const nested = (names: readonly string[], content: Content): Content =>
  names.reduceRight<Content>((inner, name) => ({ kind: 'mapping', entries: [[name, inner]] }), content)

const isNull = (text: string, value: Written): boolean =>
  value.kind === 'scalar' && ['', 'Null', 'NULL', 'null', '~'].includes(text.slice(value.start, value.end))

/** The last entry of that path among those that are not merged. */
function writtenAt(root: WrittenMapping, names: readonly string[]): WrittenEntry | undefined {
  let entry: WrittenEntry | undefined
  let mapping: Written | undefined = root
  for (const name of names) {
    entry = mapping?.kind === 'mapping' ? mapping.entries.findLast((one) => one.name === name) : undefined
    mapping = entry?.value
  }
  return entry
}

/** Where the path stands, or what of it is there. */
function placeOf(root: WrittenMapping, names: readonly string[]): number {
  const depth = names.findLastIndex((_, i) => writtenAt(root, names.slice(0, i + 1)) !== undefined)
  return writtenAt(root, names.slice(0, depth + 1))?.key.start ?? root.start
}
