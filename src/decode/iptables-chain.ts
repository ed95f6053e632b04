/** A chain of an iptables dump, made when it is asked for: a node may have 100,000 chains. */
import type { At, BaseHook, Chain, Rule } from '../ruleset/ruleset.ts'
import type { LineLists } from './line-lists.ts'

/** Where a chain's rules come from. */
export interface ChainSource {
  at(line: number): At
  rulesOf(chain: IptablesChain): readonly Rule[]
}

export interface ChainDeclaration {
  readonly name: string
  /** Its place among the table's declarations, and the number of its rules' list among the table's. */
  readonly order: number
  readonly lines: LineLists
  readonly line: number
  readonly base: BaseDeclaration | undefined
  readonly cut: At | undefined
}

export interface BaseDeclaration {
  readonly hook: BaseHook
  /** The declaration, when its policy cannot be read. */
  readonly policyLine?: { readonly start: number; readonly end: number; readonly line: number } | undefined
}

export class IptablesChain implements Chain {
  readonly name: string
  readonly order: number
  readonly lines: LineLists
  readonly policyLine: BaseDeclaration['policyLine']
  declare readonly base?: BaseHook
  declare readonly cut?: At
  readonly #line: number
  readonly #source: ChainSource

  constructor({ base, cut, line, lines, name, order }: ChainDeclaration, source: ChainSource) {
    this.name = name
    this.order = order
    this.lines = lines
    this.policyLine = base?.policyLine
    if (base) this.base = base.hook
    if (cut) this.cut = cut
    this.#line = line
    this.#source = source
  }

  get at(): At {
    return this.#source.at(this.#line)
  }

  get rules(): readonly Rule[] {
    return this.#source.rulesOf(this)
  }
}
