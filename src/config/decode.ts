/** Values of a configuration as kube-proxy's decoder puts them into its fields: what does not fit is fatal, what it does not know it drops. */
import { cannotUnmarshal, decodeValue, described } from './decode-value.ts'
import type { Misfit } from './decode-value.ts'
import type { Field } from './field.ts'
import type { Entry, MappingNode, Node } from './node.ts'
import type { Problem } from './problem.ts'
import { fieldsOf } from './spans.ts'
import { unknownKey } from './unknown-key.ts'
import type { Value } from './value.ts'

export interface FileValue {
  readonly value: Value
  /** The value, with its place. */
  readonly node: Node
}

export interface Decoded {
  /** What the file says, by field; null counts as not said. */
  readonly values: ReadonlyMap<string, FileValue>
  readonly problems: readonly Problem[]
}

/** In JSON every one of two equal keys is decoded; YAML has only the last when it comes to that. */
export function decode(root: MappingNode, minor: number, isJson: boolean): Decoded {
  const decoder = new Decoder(minor, isJson)
  decoder.section(root, '')
  return { values: decoder.values, problems: decoder.problems() }
}

class Decoder {
  readonly values = new Map<string, FileValue>()
  readonly #fields: ReadonlyMap<string, Field>
  readonly #sections: ReadonlySet<string>
  readonly #names: readonly string[]
  readonly #minor: number
  readonly #isJson: boolean
  readonly #problems: Problem[] = []
  readonly #misfits: { readonly field: string; readonly misfit: Misfit }[] = []

  constructor(minor: number, isJson: boolean) {
    const known = fieldsOf(minor)
    this.#fields = new Map(known.map((field) => [field.path, field]))
    this.#sections = new Set(known.flatMap(({ path }) => sectionsOf(path)))
    this.#names = [...this.#fields.keys(), ...this.#sections]
    this.#minor = minor
    this.#isJson = isJson
  }

  /** What kube-proxy says is the first that ends its decoding, or else the first of the others. */
  problems(): Problem[] {
    const first = this.#misfits.find(({ misfit }) => misfit.ends) ?? this.#misfits[0]
    const says = first?.misfit.says ?? ''
    const misfits = this.#misfits.map(({ field, misfit: { end, message, start } }) => ({
      code: 'KPX2004' as const,
      message: `${field} ${message}`,
      field,
      start,
      end,
      fix: `see how it is written: kpx explain field ${field.replace(/\[\d+\].*$/, '')}`,
      refused: { stage: 'read' as const, says },
    }))
    return [...misfits, ...this.#problems]
  }

  section(mapping: MappingNode, path: string): void {
    for (const entry of this.#counted(mapping, path)) {
      const name = path === '' ? entry.name : `${path}.${entry.name}`
      const field = this.#fields.get(name)
      if (field) this.#field(field, entry.value)
      else if (this.#sections.has(name)) this.#subsection(entry.value, name)
      else if (!['apiVersion', 'kind'].includes(name)) {
        this.#problems.push(unknownKey(name, entry.key, this.#minor, this.#names))
        this.#twiceIn(entry.value, name)
      }
    }
  }

  /** The entries that are decoded, in the decoder's order: JSON's is the text's, and YAML goes through a sorted map. */
  #counted(mapping: MappingNode, path: string): readonly Entry[] {
    const last = new Map<string, Entry>()
    for (const entry of mapping.entries) {
      const before = last.get(entry.name)
      if (before) this.#problems.push(twice(path === '' ? entry.name : `${path}.${entry.name}`, before, entry))
      last.set(entry.name, entry)
    }
    return this.#isJson ? mapping.entries : [...last.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #subsection(node: Node, path: string): void {
    if (node.kind === 'mapping') this.section(node, path)
    else if (!isNull(node)) this.#misfits.push({ field: path, misfit: noSection(node, path) })
  }

  /** go-yaml complains of two equal keys wherever they are, below keys that nobody knows too. */
  #twiceIn(node: Node, path: string): void {
    if (this.#isJson) return
    if (node.kind === 'sequence') for (const [i, item] of node.items.entries()) this.#twiceIn(item, `${path}[${i}]`)
    if (node.kind !== 'mapping') return
    for (const { name, value } of this.#counted(node, path)) this.#twiceIn(value, `${path}.${name}`)
  }

  #field(field: Field, node: Node): void {
    if (field.type !== 'vmodule') this.#twiceIn(node, field.path)
    const value = decodeValue(field, node, (misfit) =>
      this.#misfits.push({ field: field.path + (misfit.below ?? ''), misfit }),
    )
    if (value !== undefined) this.values.set(field.path, { value, node })
    if (field.type === 'vmodule' && node.kind === 'sequence') {
      for (const [i, item] of node.items.entries()) if (item.kind === 'mapping') this.#item(item, `${field.path}[${i}]`)
    }
  }

  #item(item: MappingNode, path: string): void {
    const names = ['filePattern', 'verbosity'].map((name) => `${path}.${name}`)
    for (const { key, name } of this.#counted(item, path)) {
      if (!names.includes(`${path}.${name}`))
        this.#problems.push(unknownKey(`${path}.${name}`, key, this.#minor, names))
    }
  }
}

function sectionsOf(path: string): string[] {
  const names = path.split('.')
  return names.slice(1).map((_, i) => names.slice(0, i + 1).join('.'))
}

const isNull = (node: Node): boolean => node.kind === 'scalar' && node.scalar.type === 'null'

const noSection = (node: Node, path: string): Misfit => ({
  message: `must hold fields, not ${described(node)}`,
  says: cannotUnmarshal(node, path),
  ends: false,
  start: node.start,
  end: node.end,
})

const twice = (field: string, before: Entry, { key }: Entry): Problem => ({
  code: 'KPX2008',
  message: `${field} is given twice; this one counts`,
  field,
  start: key.start,
  end: key.end,
  ...(before.key.start > key.start ? { message: `${field} is given twice; the other one counts` } : {}),
})
