/** A rule as a program, compiled when a packet first comes to it. */
import { contains, parsePrefix } from '../ruleset/address.ts'
import { protocolOf } from '../ruleset/iptables.ts'
import type { IptablesOption, IptablesRule, IptablesTarget } from '../ruleset/iptables.ts'
import type { Flow } from './flow.ts'
import { compileMatch } from './match/extension.ts'
import { matches } from './match/index.ts'
import type { NodeState } from './node.ts'
import { compileNftRule } from './nft/statement.ts'
import { not } from './program.ts'
import type { Answer, Operation, Program, Result, Scope, Test } from './program.ts'
import { targets } from './target/index.ts'

const compiled = new WeakMap<object, Program>()

export function programOf(scope: Scope): Program {
  const known = compiled.get(scope.rule)
  if (known) return known
  const { body } = scope.rule
  const program =
    body.tool === 'iptables'
      ? compileIptables(body, scope)
      : body.tool === 'nft'
        ? compileNftRule(body, scope)
        : [act(() => ({ kind: 'unknown', why: `kpx cannot read the rule: ${body.why}` }))]
  compiled.set(scope.rule, program)
  return program
}

const act = (run: (flow: Flow, node: NodeState) => Result, harmless = false): Operation => ({
  kind: 'act',
  run,
  harmless,
})

function compileIptables(rule: IptablesRule, scope: Scope): Program {
  const tests = [
    ...rule.general.map(generalTest),
    ...rule.matches.map(({ name, options }): Test => {
      const extension = matches.get(name)
      return extension ? compileMatch(extension, name, options) : () => ({ unknown: `-m ${name} is not known to kpx` })
    }),
  ]
  const operations = tests.map((test): Operation => ({ kind: 'test', test }))
  return rule.target ? [...operations, targetOperation(rule.target, scope)] : operations
}

function generalTest({ inverted, name, values: [value = ''] }: IptablesOption): Test {
  const test = uninverted(name, value)
  if (!inverted) return test
  return (flow, node) => not(test(flow, node))
}

function uninverted(name: string, value: string): Test {
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
      return () => false
    default:
      return () => ({ unknown: `${name} is not known to kpx` })
  }
}

function addressTest(text: string, of: (flow: Flow) => Flow['source']): Test {
  const prefix = parsePrefix(text)
  if (!prefix) return () => ({ unknown: `the address ${text} is not known to kpx` })
  return (flow) => contains(prefix, of(flow))
}

function protocolTest(value: string): Test {
  const protocol = protocolOf(value)
  const always = value === 'all' || value === '0'
  return (flow) => always || flow.protocol === protocol
}

/** `eth0`, or `veth+` for all that begin so. A hook that has no such device never matches. */
function interfaceMatches(pattern: string, device: string | undefined, none: boolean): Answer {
  if (device === undefined) return none ? false : { unknown: 'the device is not recorded' }
  return pattern.endsWith('+') ? device.startsWith(pattern.slice(0, -1)) : device === pattern
}

function targetOperation(target: IptablesTarget, scope: Scope): Operation {
  const { name, goto, options } = target
  if (name === 'ACCEPT') return act(() => ({ kind: 'accept' }))
  if (name === 'DROP') return act(() => ({ kind: 'drop' }))
  if (name === 'RETURN') return act(() => ({ kind: 'return' }))
  const extension = targets.get(name)
  if (extension && !scope.table.chains.has(name)) return act(extension.run(options), extension.harmless)
  if (scope.table.chains.has(name) || goto) return act(() => ({ kind: goto ? 'goto' : 'jump', chain: name }))
  return act(() => ({ kind: 'unknown', why: `${name} is neither a chain of the dump nor a target known to kpx` }))
}
