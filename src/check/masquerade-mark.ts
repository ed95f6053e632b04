/** The bit of the firewall mark that means masquerading, set by somebody else as well. */
import { finding } from '../answer/finding.ts'
import { always, skipped } from './check.ts'
import type { NodeCheck } from './check.ts'
import { rulesOutside } from './foreign-rules.ts'

export const masqueradeMark: NodeCheck = {
  codes: ['KPX4119'],
  needs: 'node',
  applies: always,
  ofNode: (node, { question: { mode } }) => {
    if ((node.seen.ruleset?.seen.size ?? 0) === 0) return skipped("the node's rules were not seen")
    const field = (mode ?? node.from) === 'nftables' ? 'nftables.masqueradeBit' : 'iptables.masqueradeBit'
    const bit = Number(node.settings?.line(field) || usualBit)
    const setting = rulesOutside(node).filter(({ rule }) => setsBit(rule.text, bit))
    if (setting.length === 0) return []
    const message = `rules of others set bit ${bit} of the mark, by which kube-proxy masquerades`
    const evidence = setting.map(({ rule: { at, text } }) => ({ node: node.name, ...at, text }))
    return [finding('KPX4119', { message, field, evidence })]
  },
}

const usualBit = 14

/** `-j MARK --set-xmark 0x4000/0x4000`, and `-j CONNMARK` alike only where it copies, which sets no bit of its own. */
function setsBit(text: string, bit: number): boolean {
  const value = / -j MARK --(?:set-xmark|set-mark|or-mark) (0x[\da-f]+|\d+)/.exec(text)?.[1]
  return value !== undefined && (BigInt(value) & (1n << BigInt(bit))) !== 0n
}
