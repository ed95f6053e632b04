/** What follows `log` and `limit`. Neither decides a packet's way by itself: log never, limit by not matching. */
import type { NftLimit, NftLog } from '../../ruleset/nft.ts'
import { takeNumber } from './element.ts'
import { parseNumber } from './literal.ts'
import { type Cursor, NftSyntaxError, expect, next, nextString, quoteWord, take } from './tokens.ts'

type Log = { -readonly [K in keyof NftLog]: NftLog[K] }

export function parseLog(c: Cursor): NftLog {
  const log: Log = {}
  for (;;) {
    if (take(c, 'prefix')) log.prefix = nextString(c)
    else if (take(c, 'group')) log.group = takeNumber(c)
    else if (take(c, 'snaplen')) log.snaplen = takeNumber(c)
    else if (take(c, 'queue-threshold')) log['queue-threshold'] = takeNumber(c)
    else if (take(c, 'level')) log.level = next(c)
    else if (take(c, 'flags')) log.flags = [...(log.flags ?? []), ...takeLogFlags(c)].toSorted()
    else return log
  }
}

/** `flags tcp sequence,options` -> `tcp sequence`, `tcp options`. */
function takeLogFlags(c: Cursor): string[] {
  const kind = next(c)
  const words = kind === 'tcp' || kind === 'ip' ? next(c).split(',') : []
  const flags = words.length === 0 ? [kind] : words.map((flag) => `${kind} ${flag}`)
  if (!flags.every((flag) => logFlags.has(flag))) throw new NftSyntaxError(`${quoteWord(kind)} is no flag of log`)
  return flags
}

const logFlags = new Set(['all', 'ether', 'ip options', 'skuid', 'tcp options', 'tcp sequence'])

/** The burst that nft leaves out of its text: NFT_LIMIT_... 5 packets, and none for bytes (limit_stmt_print(), 1.0.6). */
const packetBurst = 5

export function parseLimit(c: Cursor): NftLimit {
  if (take(c, 'name')) return { name: nextString(c) }
  expect(c, 'rate')
  const inv = take(c, 'over') ? { inv: true } : {}
  const first = next(c)
  const slash = first.indexOf('/')
  if (slash > 0) {
    const burst = take(c, 'burst') ? takeNumber(c) : packetBurst
    take(c, 'packets')
    return { rate: numberOf(first.slice(0, slash)), burst, per: first.slice(slash + 1), ...inv }
  }
  const unit = next(c)
  const [rate_unit, per] = [unit.slice(0, unit.indexOf('/')), unit.slice(unit.indexOf('/') + 1)]
  const burst = take(c, 'burst') ? { burst: takeNumber(c), burst_unit: next(c) } : { burst: 0, burst_unit: 'bytes' }
  return { rate: numberOf(first), ...burst, per, ...inv, rate_unit }
}

function numberOf(word: string): number {
  const value = parseNumber(word)
  if (value === undefined) throw new NftSyntaxError(`${quoteWord(word)} is no rate`)
  return value
}
