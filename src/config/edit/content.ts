/** Values without places: what is to be written, and what is compared. */
import type { Node, Scalar } from '../node.ts'

export type Content =
  | { readonly kind: 'mapping'; readonly entries: readonly (readonly [name: string, content: Content])[] }
  | {
      readonly kind: 'scalar'
      readonly scalar: Scalar
      /** How YAML is to write it, where its kind allows several ways: `yes`, `0x10`. */
      readonly plain?: string
    }
  | { readonly kind: 'sequence'; readonly items: readonly Content[] }

export const text = (value: string): Content => ({ kind: 'scalar', scalar: { type: 'string', value } })

/** Of keys that are given twice, the last. */
export function contentOf(node: Node): Content {
  if (node.kind === 'scalar') return { kind: 'scalar', scalar: node.scalar }
  if (node.kind === 'sequence') return { kind: 'sequence', items: node.items.map(contentOf) }
  const last = new Map(node.entries.map(({ name, value }) => [name, value]))
  return { kind: 'mapping', entries: [...last].map(([name, value]) => [name, contentOf(value)]) }
}

/** The order of keys does not count. */
export function isSame(a: Content, b: Content): boolean {
  if (a.kind === 'scalar') return b.kind === 'scalar' && isSameScalar(a.scalar, b.scalar)
  if (a.kind === 'sequence') {
    if (b.kind !== 'sequence' || a.items.length !== b.items.length) return false
    return a.items.every((item, i) => {
      const other = b.items[i]
      return other !== undefined && isSame(item, other)
    })
  }
  if (b.kind !== 'mapping' || a.entries.length !== b.entries.length) return false
  const others = new Map(b.entries)
  return a.entries.every(([name, content]) => {
    const other = others.get(name)
    return other !== undefined && isSame(content, other)
  })
}

export function isSameScalar(a: Scalar, b: Scalar): boolean {
  if (a.type === 'number') return b.type === 'number' && a.literal === b.literal
  if (a.type === 'null') return b.type === 'null'
  return a.type === b.type && a.value === b.value
}
