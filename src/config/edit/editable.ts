/** A configuration's text with all that an edit needs to know of it. */
import { KpxError } from '../../error.ts'
import { readDocument } from '../document.ts'
import { wrongKind } from '../interpret.ts'
import { UnreadableText } from '../node.ts'
import type { MappingNode } from '../node.ts'
import { placesOf } from '../place.ts'
import type { Code } from '../../codes.ts'
import { flowStyle } from './flow.ts'
import type { FlowStyle } from './flow.ts'
import { unsafe } from './refusal.ts'
import { readWritten } from './written.ts'
import type { WrittenMapping } from './written.ts'

export interface Editable {
  readonly text: string
  /** The values. */
  readonly root: MappingNode
  /** How they are written. */
  readonly written: WrittenMapping
  readonly style: FlowStyle
  /** What is not read: the text from the second document on. */
  readonly ignored: string
}

/** Throws KPX2001 for a text that cannot be read, and KPX2002 for one of another kind. */
export function readEditable(text: string): Editable {
  try {
    const { ignoredFrom, isJson, root } = readDocument(text)
    const wrong = wrongKind(root, isJson)
    if (wrong) throw unreadable(text, wrong.code, wrong.start ?? 0, wrong.message)
    const written = readWritten(text)
    if (root?.kind !== 'mapping' || written?.kind !== 'mapping')
      throw unreadable(text, 'KPX2001', 0, 'it holds no keys')
    const ignored = ignoredFrom === undefined ? '' : text.slice(ignoredFrom)
    return { text, root, written, ignored, style: flowStyle(text, isJson, written) }
  } catch (error) {
    if (error instanceof UnreadableText) throw unreadable(text, 'KPX2001', error.offset, error.message)
    throw error
  }
}

function unreadable(text: string, code: Code, offset: number, why: string): KpxError {
  const { column, line } = placesOf(text)(offset)
  return new KpxError(code, `line ${line}, column ${column} of the configuration: ${why}`)
}

/**
 * The edited text, once it has been read again and `holds` says that its values are those that they must be. Throws KPX2015 where
 * they are not: `why` says what failed, at the offset in the text before.
 */
export function confirmed(
  before: Editable,
  edit: () => string,
  holds: (after: MappingNode) => boolean,
  { at, why }: { readonly at: number; readonly why: string },
): string {
  try {
    const result = edit()
    const after = readEditable(result)
    if (holds(after.root) && before.ignored === after.ignored) return result
  } catch (error) {
    // the text was readable: it is the edit that is not
    if (!(error instanceof KpxError) || error.code === 'KPX2015') throw error
  }
  throw unsafe(before.text, at, why)
}
