/** What an edit changed, as fields. */
import { readDocument } from '../document.ts'
import { fieldAt, sections } from '../fields/index.ts'
import { UnreadableText } from '../node.ts'
import type { MappingNode, Node } from '../node.ts'
import { contentOf, isSame } from './content.ts'
import type { Content } from './content.ts'
import { inline } from './scalar-text.ts'

export interface FieldChange {
  /** `iptables.masqueradeBit`, `featureGates.NAME`; of what is no field, the key as it stands. */
  readonly path: string
  /** As YAML writes them in a line; null where it is not set, or null. */
  readonly before: string | null
  readonly after: string | null
}

/** In the order of paths; none where one of the texts cannot be read. */
export function changedFields(before: string, after: string): FieldChange[] {
  const [old, now] = [before, after].map(valuesOf)
  if (!old || !now) return []
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort()
  return paths.flatMap((path): FieldChange[] => {
    const [from, to] = [old.get(path), now.get(path)]
    if (from && to && isSame(from, to)) return []
    return [{ path, before: written(from), after: written(to) }]
  })
}

const written = (content: Content | undefined): string | null =>
  content === undefined ? null : inline(content, { isJson: false, inFlow: false })

function valuesOf(text: string): ReadonlyMap<string, Content> | undefined {
  const values = new Map<string, Content>()
  try {
    const { root } = readDocument(text)
    if (root?.kind !== 'mapping') return undefined
    collect(root, '', values)
    return values
  } catch (error) {
    if (error instanceof UnreadableText) return undefined
    throw error
  }
}

/** Sections and gates by what is in them, everything else as one value. */
function collect(mapping: MappingNode, path: string, values: Map<string, Content>): void {
  for (const [name, node] of new Map(mapping.entries.map((entry) => [entry.name, entry.value]))) {
    const inner = path === '' ? name : `${path}.${name}`
    const isSection = sections.includes(inner) || fieldAt(inner)?.type === 'gates'
    if (isSection && node.kind === 'mapping') collect(node, inner, values)
    else if (!isNull(node)) values.set(inner, contentOf(node))
  }
}

const isNull = (node: Node): boolean => node.kind === 'scalar' && node.scalar.type === 'null'
