/** What a match extension is: options in, a test of a flow out. */
import type { IptablesOption } from '../../ruleset/iptables.ts'
import type { Flow } from '../flow.ts'
import type { NodeState } from '../node.ts'
import { all, not } from '../program.ts'
import type { Answer } from '../program.ts'

export interface MatchExtension {
  /** `-m NAME`. */
  readonly names: readonly string[]
  /** One test per option; an option that this returns nothing for makes the match unknown. */
  readonly option: (option: IptablesOption, among: readonly IptablesOption[]) => OptionTest | undefined
  /** What a match without options says; true unless told. */
  readonly bare?: OptionTest
  /** What every option says, whatever its values. */
  readonly uniform?: boolean
}

/** A test before `!`; a constant needs no function. */
export type OptionTest = Answer | ((flow: Flow, node: NodeState) => Answer)

export const unknown = (why: string): { unknown: string } => ({ unknown: why })

/** The test of a match whose values do not matter; undefined where they do. */
export function uniformTest(
  { bare = true, uniform }: MatchExtension,
  options: readonly { readonly inverted: boolean }[],
): OptionTest | undefined {
  if (options.length === 0) return bare
  return uniform === undefined ? undefined : options.every(({ inverted }) => inverted !== uniform)
}

/** All options of a match together, `!` applied to each. */
export function compileMatch(extension: MatchExtension, name: string, options: readonly IptablesOption[]): OptionTest {
  const tests = options
    .map((option) => optionTest(extension, name, option, options))
    // what always holds needs no test
    .filter((test) => test !== true)
  if (tests.length < 2) return tests[0] ?? true
  return (flow, node) => all(tests.map((test) => (typeof test === 'function' ? test(flow, node) : test)))
}

function optionTest(
  extension: MatchExtension,
  name: string,
  option: IptablesOption,
  among: readonly IptablesOption[],
): OptionTest {
  const test = extension.option(option, among) ?? unknown(`-m ${name} ${option.name} is not known to kpx`)
  if (!option.inverted) return test
  return typeof test === 'function' ? (flow, node) => not(test(flow, node)) : not(test)
}

/** `80`, `80:90`, `:90`, `80:`. */
export function portRange(text: string): readonly [number, number] | undefined {
  const [from = '', to = from] = text.split(':')
  const low = from === '' ? 0 : Number(from)
  const high = to === '' ? 65535 : Number(to)
  return Number.isInteger(low) && Number.isInteger(high) ? [low, high] : undefined
}

/** First and last port that a client's kernel may pick: what RFC 6056 and Linux (net.ipv4.ip_local_port_range) have in common. */
const clientPorts = [1024, 65535] as const

/** Whether the source port, which the client chooses, lies in one of the ranges. */
export function sourcePortIn(ranges: readonly (readonly [number, number])[]): Answer {
  if (ranges.some(([low, high]) => low <= clientPorts[0] && high >= clientPorts[1])) return true
  if (ranges.every(([low, high]) => high < clientPorts[0] || low > clientPorts[1])) return false
  return unknown('it depends on the source port, which the client chooses')
}

export const portIn = (port: number, ranges: readonly (readonly [number, number])[]): boolean =>
  ranges.some(([low, high]) => port >= low && port <= high)

/** `0x4000/0x4000` or `16384`: value and mask as unsigned numbers. */
export function maskedValue(text: string): { value: number; mask: number } | undefined {
  const [value = '', mask = '0xffffffff'] = text.split('/')
  const numbers = { value: Number(value), mask: Number(mask) }
  return Number.isNaN(numbers.value) || Number.isNaN(numbers.mask) || value === '' ? undefined : numbers
}
