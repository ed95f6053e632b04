/**
 * Statements that kpx carries as text. Each has a grammar of its own, so that it is known where it ends and that nothing
 * behind it is swallowed. Grammar: nft 1.0.6, parser_bison.y; `last` from 1.0.7, `flow offload` before 0.9.
 */
import { isExpressionStart, parseMapped } from './expression.ts'
import { type Cursor, next, peek, take, textSince } from './tokens.ts'

/** The statement at the cursor in one line of text, or `undefined` if it is none of these. */
export function takeOpaqueStatement(c: Cursor): string | undefined {
  const start = c.at
  if (!stepOver(c)) {
    c.at = start
    return undefined
  }
  return textSince(c, start)
}

function stepOver(c: Cursor): boolean {
  const word = peek(c)
  const step = word === undefined ? undefined : steps.get(word)
  if (!step) return false
  c.at++
  return step(c)
}

/** By first word; each starts behind it and says whether it was this statement after all. */
const steps: ReadonlyMap<string, (c: Cursor) => boolean> = new Map(
  Object.entries<(c: Cursor) => boolean>({
    counter: (c) => takeNamedByMap(c),
    ct: takeCtObject,
    dup: takeDuplicate,
    flow: (c) => (next(c), next(c), true),
    fwd: takeDuplicate,
    last: (c) => (take(c, 'used') ? next(c) : '', true),
    limit: (c) => takeNamedByMap(c),
    meta: (c) => take(c, 'secmark') && take(c, 'set') && peek(c)?.startsWith('"') === true && takeValue(c),
    meter: takeMeter,
    queue: takeQueue,
    quota: (c) => takeNamedByMap(c) || takeQuota(c),
    reset: (c) => (next(c), next(c), next(c), true),
    synproxy: (c) => takeNamedByMap(c) || takeSynproxy(c),
    tproxy: takeTproxy,
  }),
)

/** A constant, or an expression with its map. */
function takeValue(c: Cursor): boolean {
  if (isExpressionStart(c)) parseMapped(c, [])
  else next(c)
  return true
}

/** `counter name tcp dport map { 80 : "web" }`. A plain name is the statement's own business. */
function takeNamedByMap(c: Cursor): boolean {
  if (peek(c) !== 'name' || peek(c, 1)?.startsWith('"')) return false
  c.at++
  return isExpressionStart(c) && takeValue(c)
}

/** `ct helper set "ftp"`, `ct timeout set "x"`, `ct count over 10`; the rest of ct are expressions. */
function takeCtObject(c: Cursor): boolean {
  const object = next(c)
  if (object === 'count') {
    take(c, 'over')
    return takeValue(c)
  }
  return (object === 'helper' || object === 'timeout' || object === 'expectation') && take(c, 'set') && takeValue(c)
}

/** `dup to 10.0.0.1 device "eth0"`, `fwd ip to 10.0.0.1 device "eth0"`. */
function takeDuplicate(c: Cursor): boolean {
  if (peek(c) === 'ip' || peek(c) === 'ip6') c.at++
  if (!take(c, 'to')) return false
  takeValue(c)
  return take(c, 'device') ? takeValue(c) : true
}

const depthOf = (word: string): number => (word === '{' ? 1 : word === '}' ? -1 : 0)

/** `meter name size 100 { ip saddr limit rate 5/second }`. */
function takeMeter(c: Cursor): boolean {
  while (next(c) !== '{');
  let depth = 1
  while (depth > 0) depth += depthOf(next(c))
  return true
}

const queueFlags = new Set(['bypass', 'bypass,fanout', 'fanout', 'fanout,bypass'])

/** `queue flags bypass to 1-3`, `queue num 1-3 bypass,fanout` (before 1.0), `queue to symhash mod 2`. */
function takeQueue(c: Cursor): boolean {
  if (take(c, 'flags')) next(c)
  if (take(c, 'num') || take(c, 'to')) takeValue(c)
  if (queueFlags.has(peek(c) ?? '')) c.at++
  return true
}

/** `quota over 10 mbytes used 5 kbytes`. */
function takeQuota(c: Cursor): boolean {
  if (take(c, 'name')) return takeValue(c)
  if (!take(c, 'over')) take(c, 'until')
  next(c)
  next(c)
  if (take(c, 'used')) c.at += 2
  return true
}

function takeSynproxy(c: Cursor): boolean {
  if (take(c, 'name')) return takeValue(c)
  while (take(c, 'mss') || take(c, 'wscale')) next(c)
  take(c, 'timestamp')
  take(c, 'sack-perm')
  return true
}

/** `tproxy ip to 127.0.0.1:50080`, `tproxy to :50080`. */
function takeTproxy(c: Cursor): boolean {
  if (peek(c) === 'ip' || peek(c) === 'ip6') c.at++
  return take(c, 'to') && takeValue(c)
}
