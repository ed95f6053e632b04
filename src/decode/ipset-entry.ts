/** One `add SET ENTRY OPTIONS...` line. The set's type says what the entry consists of: hash:ip,port,net. */
import { parseIp, parsePort, parsePrefix } from '../ruleset/address.ts'
import type { IpSetEntry } from '../ruleset/ipset.ts'
import { splitWords } from './words.ts'

/** The entry, or why it cannot be read. */
export function readIpSetEntry(text: string, type: string): Omit<IpSetEntry, 'at'> | string {
  const { list, open } = splitWords(text)
  const [, , entry, ...options] = list
  if (open) return 'a quoted value does not end'
  if (entry === undefined) return 'add without an entry'
  const parts = entry.split(',')
  const kinds = type.slice(type.indexOf(':') + 1).split(',')
  // bitmap:ip,mac is the one type whose second part may be missing.
  const optional = type === 'bitmap:ip,mac' && parts.length === 1
  if (parts.length !== kinds.length && !optional)
    return `${type} entries have ${kinds.length} parts, not ${parts.length}`
  const wrong = parts.findIndex((part, i) => !isKind(kinds[i], part))
  return wrong < 0 ? { parts, options } : `${parts[wrong]} is not of kind ${kinds[wrong]}`
}

function isKind(kind: string | undefined, part: string): boolean {
  if (kind === 'ip') return parseIp(part) !== undefined || isPrefix(part)
  if (kind === 'net') return isPrefix(part)
  if (kind === 'port') return isPort(part)
  return part !== ''
}

const isPrefix = (part: string): boolean => parsePrefix(part) !== undefined

/** `30517`, `tcp:80`, or `icmp:echo-request`, whose second half is a type and code in words. */
function isPort(part: string): boolean {
  const colon = part.indexOf(':')
  const protocol = part.slice(0, Math.max(colon, 0))
  if (protocol === 'icmp' || protocol === 'icmpv6') return part.length > colon + 1
  return parsePort(part.slice(colon + 1)) !== undefined
}
