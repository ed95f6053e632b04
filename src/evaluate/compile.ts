/** Rules as programs, compiled when a packet first comes to them. */
import { contains, parsePrefix } from '../ruleset/address.ts'
import { protocolOf } from '../ruleset/iptables.ts'
import type { IptablesOption, IptablesRule, IptablesTarget } from '../ruleset/iptables.ts'
import type { Flow } from './flow.ts'
import { compileMatch } from './match/extension.ts'
import type { OptionTest } from './match/extension.ts'
import { matches } from './match/index.ts'
import type { NodeState } from './node.ts'
import { compileNftRule } from './nft/statement.ts'
import { not } from './program.ts'
import type { Answer, Effect, Operation, Program, Result, Scope } from './program.ts'
import { targets } from './target/index.ts'

export function compileRule(scope: Scope): Program {
  const { body } = scope.rule
  if (body.tool === 'iptables') return compileIptables(body, scope)
  if (body.tool === 'nft') return compileNftRule(body, scope)
  return [act(() => ({ kind: 'unknown', why: `kpx cannot read the rule: ${body.why}` }))]
}

const act = (run: (flow: Flow, node: NodeState) => Result, harmless = false): Operation => ({
  kind: 'act',
  run,
  harmless,
})

const actOf = (effect: Effect): Operation => act(() => effect)

const verdicts = {
  ACCEPT: actOf({ kind: 'accept' }),
  DROP: actOf({ kind: 'drop' }),
  RETURN: actOf({ kind: 'return' }),
}

function compileIptables({ general, matches: ofRule, target }: IptablesRule, scope: Scope): Program {
  const operations: Operation[] = []
  const add = (test: OptionTest): void => {
    // what always holds, as comments do, needs no test
    if (test !== true) operations.push({ kind: 'test', test: typeof test === 'function' ? test : () => test })
  }
  for (const option of general) add(generalTest(option))
  for (const { name, options } of ofRule) {
    const extension = matches.get(name)
    add(extension ? compileMatch(extension, name, options) : { unknown: `-m ${name} is not known to kpx` })
  }
  if (target) operations.push(targetOperation(target, scope))
  return operations
}

function generalTest({ inverted, name, values: [value = ''] }: IptablesOption): OptionTest {
  const test = uninverted(name, value)
  if (!inverted) return test
  return typeof test === 'function' ? (flow, node) => not(test(flow, node)) : not(test)
}

function uninverted(name: string, value: string): OptionTest {
  switch (name) {
    case '-s':
    case '--source':
    case '--src':
      return addressTest(value, (flow) => flow.source)
    case '-d':
    case '--destination':
    case '--dst':
      return addressTest(value, (flow) => flow.destination)
    case '-p':
    case '--protocol':
    case '--proto':
      return protocolTest(value)
    case '-i':
    case '--in-interface':
      return (flow) => interfaceMatches(value, flow.inInterface, flow.local || flow.hook === 'OUTPUT')
    case '-o':
    case '--out-interface':
      return (flow) => interfaceMatches(value, flow.outInterface, flow.hook === 'PREROUTING' || flow.hook === 'INPUT')
    case '-f':
    case '--fragment':
      return false
    default:
      return { unknown: `${name} is not known to kpx` }
  }
}

function addressTest(text: string, of: (flow: Flow) => Flow['source']): OptionTest {
  const prefix = parsePrefix(text)
  if (!prefix) return { unknown: `the address ${text} is not known to kpx` }
  return (flow) => contains(prefix, of(flow))
}

function protocolTest(value: string): OptionTest {
  if (value === 'all' || value === '0') return true
  const protocol = protocolOf(value)
  return (flow) => flow.protocol === protocol
}

/** `eth0`, or `veth+` for all that begin so. A hook that has no such device never matches. */
function interfaceMatches(pattern: string, device: string | undefined, none: boolean): Answer {
  if (device === undefined) return none ? false : { unknown: 'the device is not recorded' }
  return pattern.endsWith('+') ? device.startsWith(pattern.slice(0, -1)) : device === pattern
}

function targetOperation(target: IptablesTarget, scope: Scope): Operation {
  const { name, goto, options } = target
  if (name === 'ACCEPT' || name === 'DROP' || name === 'RETURN') return verdicts[name]
  const extension = targets.get(name)
  const to = scope.table.chains.get(name)
  if (to) return actOf({ kind: goto ? 'goto' : 'jump', chain: name, to })
  if (extension) return act(extension.run(options), extension.harmless)
  if (goto) return actOf({ kind: 'goto', chain: name })
  return act(() => ({ kind: 'unknown', why: `${name} is neither a chain of the dump nor a target known to kpx` }))
}
