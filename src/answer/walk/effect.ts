/** What a rule did to the packet, in words that follow "it": from the evaluator's action and the decoded rule. */
import type { Step } from '../../evaluate/flow.ts'
import { maskedValue } from '../../evaluate/match/extension.ts'
import { parseIp, parseIpPort } from '../../ruleset/address.ts'
import type { Rule } from '../../ruleset/ruleset.ts'
import { describeIp } from './names.ts'
import { isMasqueradeMark } from './phrase.ts'
import type { Place } from './phrase.ts'
import { chainPurpose } from './purpose.ts'

/** What became of the packet in the chain that a jump leads to: a rule there did something, none did, or it cannot be told. */
export type Passage = 'entered' | 'lost' | 'untouched'

export function effectPhrase(step: Step, rule: Rule, passage: Passage, place: Place): string {
  const { action, target } = step
  if (target !== undefined) return chainPhrase(action, target, passage, place)
  const [verb = '', ...rest] = action.split(' ')
  switch (verb) {
    case 'accept':
      return `is accepted, which ends ${baseOf(rule, place)} for it`
    case 'return':
      return `leaves chain ${place.chain}`
    case 'drop':
      return 'is dropped'
    case 'reject':
      return `is refused ${rest.join(' ')}`
    case 'mark':
      return markEffect(Number(rest[0]), rule, place)
    case 'DNAT':
      return destinationEffect(rest.at(-1) ?? '', place)
    case 'masquerade':
    case 'SNAT':
      return sourceEffect(rest.slice(1).join(' '), place)
    default:
      return `is changed in a way that kpx has no words for (${action})`
  }
}

const baseOf = ({ body }: Rule, { table }: Place): string =>
  body.tool === 'iptables' ? `table ${table} at this hook` : 'this base chain'

function chainPhrase(action: string, target: string, passage: Passage, { table }: Place): string {
  const purpose = chainPurpose(table, target)
  if (passage === 'entered') return `goes to ${target}${purpose === undefined ? '' : `, which ${purpose}`}`
  const chain = `${target}${purpose === undefined ? '' : `, which ${purpose},`}`
  if (passage === 'lost') return `goes to ${chain} but what happens there cannot be told`
  return action === 'jump'
    ? `passes through ${chain} and comes back: nothing there concerns it`
    : `goes to ${chain} for good: nothing there concerns it`
}

/** The mark itself where the rule does more than set or clear bits. */
function markEffect(mark: number, rule: Rule, place: Place): string {
  const bits = changedBits(rule)
  if (bits === undefined) return `is changed by the rule; its mark is 0x${mark.toString(16)}`
  const set = (mark & bits) >>> 0 === bits
  const bit = `bit 0x${bits.toString(16)}`
  if (isMasqueradeMark(place)) return `${set ? 'gets' : 'loses'} the mark for masquerade (${bit})`
  return `gets ${bit} of its mark ${set ? 'set' : 'cleared'}`
}

function changedBits({ body }: Rule): number | undefined {
  if (body.tool === 'iptables') {
    const option = body.target?.name === 'MARK' ? body.target.options[0] : undefined
    const masked = maskedValue(option?.values[0] ?? '')
    const isOneChange = masked && (masked.mask === 0 || masked.mask === masked.value)
    return isOneChange ? masked.value : undefined
  }
  if (body.tool !== 'nft') return undefined
  for (const statement of body.statements) {
    const value = 'mangle' in statement ? statement.mangle.value : undefined
    const bits = typeof value === 'object' && ('|' in value ? value['|'][1] : '^' in value ? value['^'][1] : undefined)
    if (typeof bits === 'number') return bits
  }
  return undefined
}

function destinationEffect(text: string, { scene }: Place): string {
  const to = parseIpPort(text)
  return `has its destination changed to ${to ? `${describeIp(to.ip, scene)}, port ${to.port}` : text}`
}

function sourceEffect(text: string, { node }: Place): string {
  const address = parseIp(text) === undefined ? text : `${text}, an address of ${node}`
  return `has its source changed to ${address}, so that the answer comes back to ${node}`
}
