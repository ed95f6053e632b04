/** What a rule, or a chain without one, does to a packet, as a step of its way. */
import type { Chain, Rule, Table } from '../ruleset/ruleset.ts'
import type { Flow, LateStep, Step, Trail } from './flow.ts'
import type { Scope } from './program.ts'

type Place = Pick<Flow, 'hook' | 'node'>

/** A step of a rule; `target` is the chain that a jump or goto enters. */
export function ruleStep(flow: Place, { chain, rule, table }: Scope, action: string, target?: string): Step {
  const step = chainStep(flow, table, chain, action, rule)
  return target === undefined ? step : { ...step, target }
}

/** The same, made when it is asked for, of where the flow is now. */
export const lateStep = (
  { hook, node }: Flow,
  scope: Scope,
  action: LateStep['action'],
  target?: string,
): LateStep => ({ node, hook, scope, action, target })

export function madeStep(step: Trail['step']): Step {
  if (!('scope' in step)) return step
  const { action, scope, target } = step
  return ruleStep(step, scope, typeof action === 'string' ? action : action(), target)
}

export const stepsOf = (trail: Trail | undefined): Step[] => {
  const steps: Step[] = []
  for (let at = trail; at; at = at.before) steps.push(madeStep(at.step))
  return steps.reverse()
}

/** A step of a chain's policy or end, where no rule is given. */
export function chainStep({ hook, node }: Place, table: Table, chain: Chain, action: string, rule?: Rule): Step {
  return {
    node,
    hook,
    table: `${table.family === 'ip' || table.family === 'ip6' ? '' : `${table.family} `}${table.name}`,
    chain: chain.name,
    action,
    text: rule?.text ?? '',
    at: rule?.at ?? chain.cut ?? chain.at,
  }
}
