/** What the text of a configuration says itself, before any default. */
import { decode } from './decode.ts'
import { readDocument } from './document.ts'
import { UnreadableText } from './node.ts'
import type { Value } from './value.ts'

/** By field; empty for a text that kube-proxy could not read. A zero stands as it is written, though it may mean the default. */
export function writtenValues(text: string, minor: number): ReadonlyMap<string, Value> {
  try {
    const { isJson, root } = readDocument(text)
    if (root?.kind !== 'mapping') return new Map()
    return new Map([...decode(root, minor, isJson).values].map(([path, { value }]) => [path, value]))
  } catch (error) {
    if (error instanceof UnreadableText) return new Map()
    throw error
  }
}
