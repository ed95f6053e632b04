/** What a target extension is: options in, an operation out. */
import type { IptablesOption } from '../../ruleset/iptables.ts'
import type { Flow } from '../flow.ts'
import type { NodeState } from '../node.ts'
import type { Result } from '../program.ts'

export interface TargetExtension {
  /** `-j NAME`. */
  readonly names: readonly string[]
  /** Changes neither the packet nor its way. */
  readonly harmless?: boolean
  readonly run: (options: readonly IptablesOption[]) => (flow: Flow, node: NodeState) => Result
}

export const optionOf = (options: readonly IptablesOption[], name: string): string | undefined =>
  options.find((option) => option.name === name)?.values[0]

export const unknownOption = (target: string, options: readonly IptablesOption[]): (() => Result) => {
  const why = `-j ${[target, ...options.map(({ name }) => name)].join(' ')} is not known to kpx`
  return () => ({ kind: 'unknown', why })
}
