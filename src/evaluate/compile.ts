/** Rules as programs: the operations of each are made when a packet comes to them. */
import type { RuleTemplate, WordList } from '../ruleset/iptables.ts'
import { fillOptions } from '../ruleset/iptables.ts'
import type { NftRule } from '../ruleset/nft.ts'
import type { Rule } from '../ruleset/ruleset.ts'
import { generalTest } from './general.ts'
import { compileMatch, uniformTest } from './match/extension.ts'
import type { OptionTest } from './match/extension.ts'
import { matches } from './match/index.ts'
import { compileStatement } from './nft/statement.ts'
import type { Effect, Operation, Scope } from './program.ts'
import { targets } from './target/index.ts'

/** The operations of a rule, of which each can be made by itself: most rules end for a packet at their first one. */
export interface Plan {
  readonly length: number
  operation(index: number, scope: Scope): Operation
}

export function planOf(rule: Rule): Plan {
  const { filled } = rule
  if (filled) return templatePlan(filled.template)
  const { body } = rule
  if (body.tool === 'nft') return nftPlan(body)
  const why = `kpx cannot read the rule${body.tool === 'unknown' ? `: ${body.why}` : ''}`
  return { length: 1, operation: () => effect({ kind: 'unknown', why }) }
}

const nftPlan = ({ statements }: NftRule): Plan => ({
  length: statements.length,
  operation: (index, scope) => {
    const statement = statements[index]
    return statement ? compileStatement(statement, scope) : nothing
  },
})

/** What always holds. */
const nothing: Operation = { kind: 'act', harmless: true, run: () => undefined }

const effect = (of: Effect): Operation => ({ kind: 'effect', effect: of })

const verdicts: ReadonlyMap<string, Operation> = new Map([
  ['ACCEPT', effect({ kind: 'accept' })],
  ['DROP', effect({ kind: 'drop' })],
  ['RETURN', effect({ kind: 'return' })],
])

/** What a rule's words make of a part of its template. */
type Part = (words: WordList, scope: Scope) => Operation

/** Rules of one template are looked through once. */
const plans = new WeakMap<RuleTemplate, Plan>()

function templatePlan(template: RuleTemplate): Plan {
  const known = plans.get(template)
  if (known) return known
  const parts = partsOf(template)
  const operation: Plan['operation'] = (index, scope) => {
    const [part, filled] = [parts[index], scope.rule.filled]
    return part && filled ? part(filled.words, scope) : nothing
  }
  const plan = { length: parts.length, operation }
  plans.set(template, plan)
  return plan
}

/** Those that do something. */
function partsOf({ general, matches: ofRule, target }: RuleTemplate): Part[] {
  const parts: Part[] = general.map(({ from, inverted, name, to }) =>
    testPart(from, to, (words) => generalTest(name, inverted, from < to ? words.word(from) : '')),
  )
  for (const { name, options } of ofRule) {
    const extension = matches.get(name)
    const uniform = extension ? uniformTest(extension, options) : { unknown: `-m ${name} is not known to kpx` }
    if (uniform === undefined && extension) {
      const make = (words: WordList) => compileMatch(extension, name, fillOptions(options, words))
      parts.push(testPart(options[0]?.from ?? 0, options.at(-1)?.to ?? 0, make))
    } else if (uniform !== undefined && uniform !== true) {
      const operation = testOperation(uniform)
      parts.push(() => operation)
    }
  }
  if (target) parts.push((words, scope) => targetOperation(target, words, scope))
  return parts
}

/** Words of a part whose tests are kept: of protocols and shares there are few; addresses, of which each rule has its own, are no use. */
const mostKept = 1_000

/** A test of the words `[from, to)`; rules with the same words share it. */
function testPart(from: number, to: number, make: (words: WordList) => OptionTest): Part {
  let kept: Map<string, Operation> | undefined = new Map()
  return (words) => {
    if (!kept) return testOperation(make(words))
    const key = words.difference(from, to)
    const known = kept.get(key)
    if (known) return known
    const operation = testOperation(make(words))
    kept = kept.size < mostKept ? kept.set(key, operation) : undefined
    return operation
  }
}

const testOperation = (test: OptionTest): Operation =>
  test === true ? nothing : { kind: 'test', test: typeof test === 'function' ? test : () => test }

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
