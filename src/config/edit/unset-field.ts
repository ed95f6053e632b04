/** `kpx config unset PATH` as an edit of the text: the key goes with its lines. */
import { KpxError } from '../../error.ts'
import { fieldAt, sections } from '../fields/index.ts'
import { noSuchField } from '../no-such-field.ts'
import type { Node } from '../node.ts'
import { removeFromBlock } from './block.ts'
import { confirmed, readEditable } from './editable.ts'
import { removeFromFlow } from './flow.ts'
import { below, isWithout } from './guard.ts'
import { changed } from './lines.ts'
import type { Change } from './lines.ts'
import type { Written, WrittenEntry, WrittenMapping } from './written.ts'

/**
 * The text without the field, section or unknown key; as it is where it does not have it. Throws KPX1001 for a path that is
 * neither in the text nor a field, KPX2001 and KPX2002 for a text that is no configuration, KPX2015 where another value would
 * change too.
 */
export function unsetField(text: string, path: string): string {
  if (path === 'apiVersion' || path === 'kind') {
    throw new KpxError('KPX1001', `${path} cannot be removed`, { fix: 'kube-proxy reads no configuration without it' })
  }
  const before = readEditable(text)
  const known = fieldAt(path) !== undefined || sections.includes(path) || /^featureGates\../.test(path)
  if (!has(before.root, path)) {
    if (known) return text
    throw noSuchField(path)
  }
  const at = before.written.start
  const why = `${path} cannot be removed without a change of other values`
  return confirmed(
    before,
    () => unsetPath(text, path),
    (after) => isWithout(before.root, after, path),
    { at, why },
  )
}

/** Whether anything is at the path, be it null. */
function has(node: Node, path: string): boolean {
  if (path === '') return true
  const children: (readonly [string, Node])[] =
    node.kind === 'mapping'
      ? node.entries.map(({ name, value }) => [name, value])
      : node.kind === 'sequence'
        ? node.items.map((item, i) => [`[${i}]`, item])
        : []
  return children.some(([name, child]) => {
    const rest = below(path, name)
    return rest !== undefined && has(child, rest)
  })
}

/** Every occurrence, one after the other. Not yet compared with what was there. */
export function unsetPath(text: string, path: string): string {
  let result = text
  for (;;) {
    const removal = removalIn(result, readEditable(result).written, path)
    if (!removal) return result
    result = changed(result, removal)
  }
}

/** Of the first occurrence. A block that would be empty goes with it. */
function removalIn(text: string, node: Written, path: string): Change[] | undefined {
  if (node.kind === 'sequence') {
    for (const [i, { value }] of node.items.entries()) {
      const rest = below(path, `[${i}]`)
      const removal = rest === undefined || rest === '' ? undefined : removalIn(text, value, rest)
      if (removal) return removal
    }
  }
  if (node.kind !== 'mapping') return undefined
  for (const entry of node.entries) {
    const rest = entry.name === undefined ? undefined : below(path, entry.name)
    if (rest === '') return removal(text, node, entry)
    if (rest === undefined) continue
    const { value } = entry
    const isLast = value.kind === 'mapping' && !value.flow && value.entries.length === 1
    const inside = removalIn(text, value, rest)
    if (inside) return isLast && endsWith(value.entries[0], rest) ? removal(text, node, entry) : inside
  }
  return undefined
}

/** The path ends at this entry, or at the last of what is in it. */
function endsWith(entry: WrittenEntry | undefined, path: string): boolean {
  const rest = entry?.name === undefined ? undefined : below(path, entry.name)
  if (rest === undefined || rest === '') return rest === ''
  const value = entry?.value
  return value?.kind === 'mapping' && !value.flow && value.entries.length === 1 && endsWith(value.entries[0], rest)
}

const removal = (text: string, mapping: WrittenMapping, entry: WrittenEntry): Change[] =>
  mapping.flow ? removeFromFlow(text, mapping, mapping.entries.indexOf(entry)) : [removeFromBlock(text, mapping, entry)]
