/** What a rule or an element has to do with an address, whoever wrote it. */
import type { Ip } from '../../ruleset/address.ts'
import type { Found } from '../../ruleset/ruleset.ts'
import { hitInIptablesRule, isInText } from './iptables.ts'
import type { Hit } from './mention.ts'
import { hitInElement, hitInNftRule } from './nft.ts'

export function hitIn(found: Found, ip: Ip): Hit | undefined {
  if ('set' in found) return hitInElement(found.set, found.element, ip)
  const { body, text } = found.rule
  if (body.tool === 'unknown') return isInText(text, ip) ? { as: 'other' } : undefined
  return body.tool === 'nft' ? hitInNftRule(body, ip) : hitInIptablesRule(body, ip)
}
