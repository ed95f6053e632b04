/** A manifest as YAML, and back: read as Kubernetes reads it (YAML 1.1), written so that it is read as the same. */
import { dump } from 'js-yaml'
import { readDocument } from './document.ts'
import type { Node } from './node.ts'

/** Undefined for an empty text. Throws UnreadableText. */
export const jsonOfYaml = (text: string): unknown => {
  const { root } = readDocument(text)
  return root && valueOf(root)
}

function valueOf(node: Node): unknown {
  if (node.kind === 'sequence') return node.items.map(valueOf)
  if (node.kind === 'mapping') return Object.fromEntries(node.entries.map(({ name, value }) => [name, valueOf(value)]))
  const { scalar } = node
  if (scalar.type === 'null') return null
  return scalar.type === 'number' ? Number(scalar.literal) : scalar.value
}

export const yamlOfJson = (value: object): string =>
  dump(JSON.parse(JSON.stringify(value)) as unknown, { lineWidth: -1, noRefs: true })
