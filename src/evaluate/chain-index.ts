/**
 * The rules of a long chain that can match a destination: those that name its address, or its port without an address, and those
 * that name neither. A packet to one of 10,000 Services then costs a handful of rules.
 */
import { parsePrefix, width } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import type { IptablesRule } from '../ruleset/iptables.ts'
import type { Chain, Rule } from '../ruleset/ruleset.ts'

/** Shorter chains are walked as they are. */
const longChain = 32

interface ChainIndex {
  readonly byAddress: ReadonlyMap<Ip, readonly number[]>
  readonly byPort: ReadonlyMap<number, readonly number[]>
  readonly others: readonly number[]
}

const indexes = new WeakMap<Chain, ChainIndex>()

export function candidates(chain: Chain, destination: Ip, port: number): readonly Rule[] {
  const { rules } = chain
  if (rules.length < longChain) return rules
  let index = indexes.get(chain)
  if (!index) indexes.set(chain, (index = indexOf(rules)))
  const { byAddress, byPort, others } = index
  const numbers = [...(byAddress.get(destination) ?? []), ...(byPort.get(port) ?? []), ...others]
  return numbers.sort((a, b) => a - b).flatMap((number) => rules[number] ?? [])
}

function indexOf(rules: readonly Rule[]): ChainIndex {
  const byAddress = new Map<Ip, number[]>()
  const byPort = new Map<number, number[]>()
  const others: number[] = []
  for (const [number, { body }] of rules.entries()) {
    const address = body.tool === 'iptables' ? exactDestination(body) : undefined
    const port = address === undefined && body.tool === 'iptables' ? exactPort(body) : undefined
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

function exactDestination({ general }: IptablesRule): Ip | undefined {
  const option = general.find(({ inverted, name }) => name === '-d' && !inverted)
  const prefix = option && parsePrefix(option.values[0] ?? '')
  return prefix?.length === (prefix && width(prefix.address)) ? prefix?.address : undefined
}

/** `-m tcp --dport 30517`; a range is no exact port. */
function exactPort({ matches }: IptablesRule): number | undefined {
  for (const { name, options } of matches) {
    if (name !== 'tcp' && name !== 'udp' && name !== 'sctp') continue
    const option = options.find((candidate) => candidate.name === '--dport' && !candidate.inverted)
    const port = Number(option?.values[0])
    if (Number.isInteger(port)) return port
  }
  return undefined
}
