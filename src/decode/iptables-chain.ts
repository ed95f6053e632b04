/** A chain of an iptables dump. A class and not an object with getters of its own: a node may have 100,000 chains. */
import type { At, BaseHook, Chain, Rule } from '../ruleset/ruleset.ts'
import type { LineList } from './line-lists.ts'

/** Where a chain's rules come from. */
export interface ChainSource {
  at(line: number): At
  rulesOf(chain: IptablesChain): readonly Rule[]
}

export interface ChainDeclaration {
  readonly name: string
  readonly line: number
  /** Its place among the table's declarations. */
  readonly order: number
  readonly base: BaseHook | undefined
  /** The declaration, when its policy cannot be read. */
  readonly policyLine: { readonly start: number; readonly end: number; readonly line: number } | undefined
}

/** Its rules are the lines of this list. */
export class IptablesChain implements Chain, LineList {
  readonly name: string
  readonly order: number
  readonly policyLine: ChainDeclaration['policyLine']
  first = -1
  last = -1
  declare readonly base?: BaseHook
  declare cut?: At
  readonly #line: number
  readonly #source: ChainSource

  constructor({ base, line, name, order, policyLine }: ChainDeclaration, source: ChainSource) {
    this.name = name
    this.order = order
    this.policyLine = policyLine
    this.#line = line
    this.#source = source
    if (base) this.base = base
  }

  get at(): At {
    return this.#source.at(this.#line)
  }

  get rules(): readonly Rule[] {
    return this.#source.rulesOf(this)
  }
}
