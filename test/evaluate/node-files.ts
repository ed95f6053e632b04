/** A node made of the files that a test writes, and packets through it. */
import { decodeRuleset } from '../../src/decode/ruleset.ts'
import { evaluate } from '../../src/evaluate/evaluate.ts'
import type { Source } from '../../src/evaluate/evaluate.ts'
import { outcomeOf } from '../../src/answer/outcome.ts'
import type { Outcome } from '../../src/answer/outcome.ts'
import { NodeState } from '../../src/evaluate/node.ts'
import { parseIp, parseIpPort } from '../../src/ruleset/address.ts'
import type { Ip } from '../../src/ruleset/address.ts'

/** `iptables-save.txt` -> its text. */
export type Files = Readonly<Record<string, string>>

const ip = (text: string): Ip => {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(`${text} is no address`)
  return parsed
}

/** What a TCP packet from beyond the node, or from the node itself (`node`), meets. */
export function outcomesOf(files: Files, from: string, to: string): Outcome[] {
  const ruleset = decodeRuleset((name) => {
    const text = files[name]
    return text === undefined ? undefined : { name, text }
  })
  const nodes = new Map([['n', new NodeState('n', ruleset, [])]])
  const source: Source =
    from === 'node' ? { kind: 'node', node: 'n' } : { kind: 'outside', node: 'n', ips: [ip(from)], standIn: false }
  const destination = parseIpPort(to)
  if (!destination) throw new Error(`${to} is no address and port`)
  const network = { nodes, hostOf: () => undefined, podAt: () => undefined }
  return evaluate(source, { protocol: 'TCP', ...destination }, network).map(outcomeOf)
}
