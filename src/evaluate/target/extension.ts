/** What a target extension is: options in, an operation out. */
import type { IptablesOption } from '../../ruleset/iptables.ts'
import type { Flow } from '../flow.ts'
import type { NodeState } from '../node.ts'
import type { Result } from '../program.ts'

export interface TargetExtension {
  /** `-j NAME`. */
  readonly names: readonly string[]
  /** Changes neither the packet nor its way. */
  readonly harmless?: boolean | ((options: readonly IptablesOption[]) => boolean)
  readonly run: (options: readonly IptablesOption[]) => (flow: Flow, node: NodeState) => Result
}

export const unknownOption = (target: string, options: readonly IptablesOption[]): (() => Result) => {
  const words = options.flatMap(({ name, values }) => [name, ...values])
  const why = `-j ${[target, ...words].join(' ')} is not known to kpx`
  return () => ({ kind: 'unknown', why })
}

/** Options that change which port or address is picked, but none of the possible ones. */
const choices = new Set(['--persistent', '--random', '--random-fully'])

/** Whether there is no option but those, and `own`. */
export const knowsAll = (options: readonly IptablesOption[], ...own: readonly string[]): boolean =>
  options.every(({ name }) => choices.has(name) || own.includes(name))
