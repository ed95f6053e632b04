/** The suppressions of .kpx.yaml: `suppress: [{code, object, node, reason, until}]`. */
import { readDocument } from '../config/document.ts'
import { UnreadableText, textOf } from '../config/node.ts'
import type { MappingNode, Node } from '../config/node.ts'
import { placesOf } from '../config/place.ts'
import type { LinePlace } from '../config/place.ts'
import { KpxError } from '../error.ts'
import { nearest } from '../nearest.ts'
import { findCode } from './explain-code.ts'
import type { Suppression } from './suppression.ts'

interface OpenFile {
  readonly name: string
  readonly place: (offset: number) => LinePlace
}

/** `name` is what messages call the file. Throws KPX1029 for what is not understood: a suppression that nobody meant hides something. */
export function suppressionsIn(name: string, text: string): Suppression[] {
  const file = { name, place: placesOf(text) }
  const { suppress } = entriesOf(rootOf(text, file), ['suppress'], file)
  if (suppress === undefined) return []
  if (suppress.kind !== 'sequence') throw wrong('suppress is no list', suppress, file)
  return suppress.items.map((item) => suppressionOf(item, file))
}

function rootOf(text: string, file: OpenFile): Node | undefined {
  try {
    return readDocument(text).root
  } catch (error) {
    if (error instanceof UnreadableText) throw wrong(error.message, { start: error.offset }, file)
    throw error
  }
}

const keys = ['code', 'node', 'object', 'reason', 'until'] as const

function suppressionOf(item: Node, file: OpenFile): Suppression {
  const entries = entriesOf(item, keys, file)
  const textIn = (key: (typeof keys)[number]): string | undefined => {
    const node = entries[key]
    const value = textOf(node)
    if (node && value === undefined) throw wrong(`${key} is no text`, node, file)
    return value?.trim() || undefined
  }
  const { column, line, text } = file.place(item.start)
  const until = textIn('until')
  if (until !== undefined && !isDay(until)) throw wrong(`until is no day such as 2027-01-31: ${until}`, item, file)
  return {
    code: codeIn(textIn('code'), item, file),
    object: textIn('object'),
    node: textIn('node'),
    reason: textIn('reason'),
    until,
    by: `${file.name}:${line}`,
    place: { file: file.name, line, column, endColumn: text.length, text },
  }
}

function codeIn(text: string | undefined, item: Node, file: OpenFile): Suppression['code'] {
  if (text === undefined) throw wrong('a suppression has no code', item, file)
  try {
    return findCode(text).code
  } catch (error) {
    if (error instanceof KpxError) throw wrong(error.message, item, file, error.fix)
    throw error
  }
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))

function entriesOf<Key extends string>(
  node: Node | undefined,
  known: readonly Key[],
  file: OpenFile,
): Partial<Record<Key, Node>> {
  if (node === undefined) return {}
  if (node.kind !== 'mapping') throw wrong(`here is to be ${known.join(', ')}`, node, file)
  refuseOthers(node, known, file)
  return Object.fromEntries(node.entries.map(({ name, value }) => [name, value])) as Partial<Record<Key, Node>>
}

function refuseOthers({ entries }: MappingNode, known: readonly string[], file: OpenFile): void {
  const other = entries.find(({ name }) => !known.includes(name))
  if (!other) return
  const near = nearest(
    other.name,
    known.map((name) => ({ name })),
  )
  const fix = near ? `did you mean ${near.name}?` : `choose one of ${known.join(', ')}`
  throw wrong(`kpx knows no "${other.name}" here`, other.key, file, fix)
}

function wrong(what: string, { start }: { readonly start: number }, file: OpenFile, fix?: string): KpxError {
  const { column, line } = file.place(start)
  return new KpxError('KPX1029', `${file.name}:${line}:${column}: ${what}`, fix === undefined ? {} : { fix })
}
