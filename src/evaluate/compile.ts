/** Rules as programs, compiled when a packet first comes to them. */
import type { FilledTemplate, RuleTemplate, WordList } from '../ruleset/iptables.ts'
import { fillOptions } from '../ruleset/iptables.ts'
import { generalTest } from './general.ts'
import { compileMatch, uniformTest } from './match/extension.ts'
import type { OptionTest } from './match/extension.ts'
import { matches } from './match/index.ts'
import { compileNftRule } from './nft/statement.ts'
import type { Effect, Operation, Program, Scope } from './program.ts'
import { targets } from './target/index.ts'

export function compileRule(scope: Scope): Program {
  const { filled } = scope.rule
  if (filled) return compileIptables(filled, scope)
  const { body } = scope.rule
  if (body.tool === 'nft') return compileNftRule(body, scope)
  return [effect({ kind: 'unknown', why: `kpx cannot read the rule${body.tool === 'unknown' ? `: ${body.why}` : ''}` })]
}

const effect = (of: Effect): Operation => ({ kind: 'effect', effect: of })

const verdicts: ReadonlyMap<string, Operation> = new Map([
  ['ACCEPT', effect({ kind: 'accept' })],
  ['DROP', effect({ kind: 'drop' })],
  ['RETURN', effect({ kind: 'return' })],
])

/** What a rule's words make of a part of its template. */
type Part = (words: WordList, scope: Scope) => OptionTest | Operation

/** Parts of templates that do something, so that rules of one template are looked through once. */
const plans = new WeakMap<RuleTemplate, readonly Part[]>()

function compileIptables({ template, words }: FilledTemplate, scope: Scope): Program {
  let plan = plans.get(template)
  if (!plan) plans.set(template, (plan = planOf(template)))
  const operations: Operation[] = []
  for (const part of plan) {
    const made = part(words, scope)
    // what always holds needs no test
    if (made === true) continue
    operations.push(isOperation(made) ? made : { kind: 'test', test: typeof made === 'function' ? made : () => made })
  }
  return operations
}

const isOperation = (made: OptionTest | Operation): made is Operation => typeof made === 'object' && 'kind' in made

function planOf({ general, matches: ofRule, target }: RuleTemplate): Part[] {
  const parts: Part[] = general.map(({ from, inverted, name, to }) => {
    return (words) => generalTest(name, inverted, from < to ? words.word(from) : '')
  })
  for (const { name, options } of ofRule) {
    const extension = matches.get(name)
    const uniform = extension ? uniformTest(extension, options) : { unknown: `-m ${name} is not known to kpx` }
    if (uniform === undefined && extension)
      parts.push((words) => compileMatch(extension, name, fillOptions(options, words)))
    else if (uniform !== undefined && uniform !== true) parts.push(() => uniform)
  }
  if (target) parts.push((words, scope) => targetOperation(target, words, scope))
  return parts
}

function targetOperation(
  { goto, name: at, options }: NonNullable<RuleTemplate['target']>,
  words: WordList,
  scope: Scope,
): Operation {
  const name = words.word(at)
  const to = scope.table.chains.get(name)
  if (to) return effect({ kind: goto ? 'goto' : 'jump', chain: name, to })
  const verdict = verdicts.get(name)
  if (verdict) return verdict
  const extension = targets.get(name)
  if (extension) {
    const filled = fillOptions(options, words)
    const { harmless = false } = extension
    const isHarmless = typeof harmless === 'function' ? harmless(filled) : harmless
    return { kind: 'act', run: extension.run(filled), harmless: isHarmless }
  }
  if (goto) return effect({ kind: 'goto', chain: name })
  return effect({ kind: 'unknown', why: `${name} is neither a chain of the dump nor a target known to kpx` })
}
