/**
 * A chain with its rules as programs. Of a long one a packet meets only the rules that can match its destination: those that name its
 * address, or its port without an address, and those that name neither. A packet to one of 10,000 Services then costs a handful of
 * rules.
 */
import { parsePort, parsePrefix, width } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { FilledTemplate } from '../ruleset/iptables.ts'
import type { Chain, Rule, Table } from '../ruleset/ruleset.ts'
import { compileRule } from './compile.ts'
import { isHarmless } from './program.ts'
import type { Operation, Scope } from './program.ts'

/** Shorter chains are walked as they are. */
const longChain = 32

export class CompiledRule implements Scope {
  readonly table: Table
  readonly chain: Chain
  readonly rule: Rule
  readonly operations: readonly Operation[]
  /** Changes the packet, and so is worth a step. */
  readonly changes: boolean

  constructor(table: Table, chain: Chain, rule: Rule) {
    this.table = table
    this.chain = chain
    this.rule = rule
    this.operations = compileRule(this)
    this.changes = this.operations.some((operation) => operation.kind === 'act' && !isHarmless(operation))
  }
}

export class CompiledChain {
  readonly table: Table
  readonly chain: Chain
  readonly #rules: readonly Rule[]
  readonly #compiled: (CompiledRule | undefined)[] = []
  readonly #index: ChainIndex | undefined

  constructor(table: Table, chain: Chain) {
    this.table = table
    this.chain = chain
    this.#rules = chain.rules
    this.#index = this.#rules.length < longChain ? undefined : indexOf(this.#rules)
  }

  get length(): number {
    return this.#rules.length
  }

  rule(number: number): CompiledRule | undefined {
    const known = this.#compiled[number]
    if (known) return known
    const rule = this.#rules[number]
    return rule && (this.#compiled[number] = new CompiledRule(this.table, this.chain, rule))
  }

  /** The numbers of the rules that can match, in order; undefined for all. */
  candidates(destination: Ip, port: number): readonly number[] | undefined {
    if (!this.#index) return undefined
    const { byAddress, byPort, others } = this.#index
    const ofAddress = byAddress.get(destination) ?? none
    const ofPort = byPort.get(port) ?? none
    if (ofAddress.length + ofPort.length === 0) return others
    return [...ofAddress, ...ofPort, ...others].sort((a, b) => a - b)
  }
}

const none: readonly number[] = []

interface ChainIndex {
  readonly byAddress: ReadonlyMap<Ip, readonly number[]>
  readonly byPort: ReadonlyMap<number, readonly number[]>
  readonly others: readonly number[]
}

function indexOf(rules: readonly Rule[]): ChainIndex {
  const byAddress = new Map<Ip, number[]>()
  const byPort = new Map<number, number[]>()
  const others: number[] = []
  for (const [number, { filled }] of rules.entries()) {
    const address = filled && exactDestination(filled)
    const port = filled && address === undefined ? exactPort(filled) : undefined
    if (address !== undefined) add(byAddress, address, number)
    else if (port !== undefined) add(byPort, port, number)
    else others.push(number)
  }
  return { byAddress, byPort, others }
}

function add<K>(map: Map<K, number[]>, key: K, number: number): void {
  const numbers = map.get(key)
  if (numbers) numbers.push(number)
  else map.set(key, [number])
}

function exactDestination({ template: { general }, words }: FilledTemplate): Ip | undefined {
  const option = general.find(({ inverted, name }) => name === '-d' && !inverted)
  const prefix = option && parsePrefix(words.word(option.from))
  return prefix?.length === (prefix && width(prefix.address)) ? prefix?.address : undefined
}

/** `-m tcp --dport 30517`; a range is no exact port. */
function exactPort({ template: { matches }, words }: FilledTemplate): number | undefined {
  for (const { name, options } of matches) {
    if (name !== 'tcp' && name !== 'udp' && name !== 'sctp') continue
    const option = options.find((candidate) => candidate.name === '--dport' && !candidate.inverted)
    const port = option && parsePort(words.word(option.from))
    if (port !== undefined) return port
  }
  return undefined
}
