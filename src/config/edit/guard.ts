/** What an edit may do to the values: set or remove the one at a path, and nothing else. */
import type { MappingNode, Node } from '../node.ts'
import { contentOf, isSame, isSameScalar } from './content.ts'
import type { Content } from './content.ts'

/** Whether `after` is `before` with `wanted` at the path. Where keys are given twice, the others stay as they are too. */
export function isWith(
  before: Node | undefined,
  after: Node | undefined,
  path: readonly string[],
  wanted: Content,
): boolean {
  const [name, ...rest] = path
  if (after === undefined) return false
  if (name === undefined) return isSame(contentOf(after), wanted)
  if (after.kind !== 'mapping' || !isEqual(others(before, name), others(after, name))) return false
  const old = named(before, name)
  const now = named(after, name)
  const kept = now.slice(0, -1)
  const isKept = isEqualNodes(kept, old) || isEqualNodes(kept, old.slice(0, -1))
  return isKept && isWith(old.at(-1), now.at(-1), rest, wanted)
}

/** Whether `after` is `before` without what is at the path; a section that had nothing else may be gone or empty. */
export function isWithout(before: Node, after: Node | undefined, path: string): boolean {
  if (path === '') return after === undefined
  if (after === undefined || isEmpty(after)) return children(before).every(([name, child]) => liesAt(name, child, path))
  if (after.kind !== before.kind || after.kind === 'scalar') return false
  const left: (readonly [string, Node])[] = [...children(after)]
  // in the text's order: each is there as it was, or changed in what is at the path, or gone
  for (const [name, child] of children(before)) {
    const rest = below(path, name)
    const [next] = left
    const isNext = next?.[0] === name
    if (rest === undefined) {
      if (!isNext || !isEqualNode(child, next[1])) return false
      left.shift()
    } else if (isNext && rest !== '' && isWithout(child, next[1], rest)) left.shift()
    else if (!isWithout(child, undefined, rest)) return false
  }
  return left.length === 0
}

const liesAt = (name: string, child: Node, path: string): boolean => {
  const rest = below(path, name)
  return rest !== undefined && isWithout(child, undefined, rest)
}

/** The rest of a path that leads into this name: empty where it ends there, undefined where it leads elsewhere. */
export function below(path: string, name: string): string | undefined {
  if (!path.startsWith(name)) return undefined
  const rest = path.slice(name.length)
  if (rest === '' || rest.startsWith('[')) return rest
  return rest.startsWith('.') && rest.length > 1 ? rest.slice(1) : undefined
}

function children(node: Node): (readonly [string, Node])[] {
  if (node.kind === 'mapping') return node.entries.map(({ name, value }) => [name, value])
  return node.kind === 'sequence' ? node.items.map((item, i) => [`[${i}]`, item]) : []
}

function isEmpty(node: Node): boolean {
  if (node.kind === 'scalar') return node.scalar.type === 'null'
  return node.kind === 'mapping' && node.entries.length === 0
}

type Entries = MappingNode['entries']

const entriesOf = (node: Node | undefined): Entries => (node?.kind === 'mapping' ? node.entries : [])

const others = (node: Node | undefined, name: string): Entries => entriesOf(node).filter((entry) => entry.name !== name)

const named = (node: Node | undefined, name: string): Node[] =>
  entriesOf(node).flatMap((entry) => (entry.name === name ? [entry.value] : []))

const isEqual = (a: Entries, b: Entries): boolean =>
  a.length === b.length && a.every(({ name, value }, i) => name === b[i]?.name && isEqualNode(value, b[i].value))

const isEqualNodes = (a: readonly Node[], b: readonly Node[]): boolean =>
  a.length === b.length && a.every((node, i) => isEqualNode(node, b[i]))

/** With the order of keys, and with those that do not count. */
function isEqualNode(a: Node, b: Node | undefined): boolean {
  if (b === undefined || a.kind !== b.kind) return false
  if (a.kind === 'scalar') return b.kind === 'scalar' && isSameScalar(a.scalar, b.scalar)
  if (a.kind === 'sequence') return b.kind === 'sequence' && isEqualNodes(a.items, b.items)
  return b.kind === 'mapping' && isEqual(a.entries, b.entries)
}
