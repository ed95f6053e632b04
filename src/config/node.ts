/** A configuration as its text has it: values with the places where they stand. Offsets count UTF-16 units from the text's beginning. */

interface Place {
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

/** As JSON would have it; a number is its literal, since Go reads 64 bits of it. */
export type Scalar =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null' }
  | { readonly type: 'number'; readonly literal: string }
  | { readonly type: 'string'; readonly value: string }

export interface ScalarNode extends Place {
  readonly kind: 'scalar'
  readonly scalar: Scalar
  /** Of a literal block (|): how far its lines are indented. They begin at `start`. */
  readonly block?: { readonly indent: number }
}

interface SequenceNode extends Place {
  readonly kind: 'sequence'
  readonly items: readonly Node[]
}

export interface Entry {
  readonly name: string
  /** Where the key stands. */
  readonly key: Place
  readonly value: Node
}

export interface MappingNode extends Place {
  readonly kind: 'mapping'
  /** In the text's order, with those that are given twice. */
  readonly entries: readonly Entry[]
}

export type Node = MappingNode | ScalarNode | SequenceNode

/** The value that counts: of a key that is given twice, the last. */
export const valueOf = (mapping: MappingNode, name: string): Node | undefined =>
  mapping.entries.findLast((entry) => entry.name === name)?.value

/** The text of a string, undefined for anything else. */
export const textOf = (node: Node | undefined): string | undefined =>
  node?.kind === 'scalar' && node.scalar.type === 'string' ? node.scalar.value : undefined

/** What makes a text unreadable, and where. */
export class UnreadableText extends Error {
  readonly offset: number

  constructor(reason: string, offset: number) {
    super(reason)
    this.name = 'UnreadableText'
    this.offset = offset
  }
}
