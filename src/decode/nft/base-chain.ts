/** Where a base chain is attached: `type nat hook prerouting priority dstnat - 10; policy accept;`. */
import type { BaseHook, HookName, TableFamily } from '../../ruleset/ruleset.ts'
import { parseNumber } from './literal.ts'
import {
  type Cursor,
  NftSyntaxError,
  cursor,
  ended,
  expect,
  next,
  peek,
  quoteWord,
  take,
  whyUnreadable,
} from './tokens.ts'

const chainTypes = new Set(['filter', 'nat', 'route'])
const hooks = new Set(['egress', 'forward', 'ingress', 'input', 'output', 'postrouting', 'prerouting'])

const isHook = (word: string): word is HookName => hooks.has(word)
const isChainType = (word: string): word is BaseHook['type'] => chainTypes.has(word)

/** enum nf_ip_hook_priorities, linux/netfilter_ipv4.h; nft prints these names for ip, ip6, inet, arp and netdev. */
const priorities: ReadonlyMap<string, number> = new Map(
  Object.entries({
    dstnat: -100,
    filter: 0,
    mangle: -150,
    raw: -300,
    security: 50,
    srcnat: 100,
  }),
)

/** enum nf_br_hook_priorities, linux/netfilter_bridge.h. */
const bridgePriorities: ReadonlyMap<string, number> = new Map(
  Object.entries({ dstnat: -300, filter: -200, out: 100, srcnat: 300 }),
)

/** The hook of a chain's `type` line, or `undefined` if it is none that nft knows. */
export function parseBaseChain(line: string, family: TableFamily): BaseHook | undefined {
  try {
    return readBaseChain(cursor(line.replaceAll(';', ' ; ')), family)
  } catch (error) {
    whyUnreadable(error)
    return undefined
  }
}

function readBaseChain(c: Cursor, family: TableFamily): BaseHook {
  expect(c, 'type')
  const type = next(c)
  expect(c, 'hook')
  const hook = next(c)
  skipDevices(c)
  expect(c, 'priority')
  const priority = takePriority(c, family)
  const policy = takePolicy(c)
  if (!isChainType(type) || !isHook(hook)) throw new NftSyntaxError(`${quoteWord(type)} ${quoteWord(hook)}`)
  return { type, hook, priority, policy }
}

/** `device "eth0"` or `devices = { eth0, eth1 }`: kpx does not model the netdev hooks. */
function skipDevices(c: Cursor): void {
  while (!ended(c) && peek(c) !== 'priority') c.at++
}

function takePriority(c: Cursor, family: TableFamily): number {
  const word = next(c)
  const sign = word === '-' ? -1 : 1
  const named = (family === 'bridge' ? bridgePriorities : priorities).get(word)
  const base = named ?? (word === '-' ? sign * Number(next(c)) : Number(word))
  const offset = take(c, '+') ? Number(next(c)) : take(c, '-') ? -Number(next(c)) : 0
  if (!Number.isInteger(base + offset)) throw new NftSyntaxError(`${quoteWord(word)} is no priority`)
  return base + offset
}

function takePolicy(c: Cursor): BaseHook['policy'] {
  for (; !ended(c); c.at++) if (peek(c) === 'policy' && peek(c, 1) === 'drop') return 'drop'
  return 'accept'
}

/** The hook of libnftables' JSON: `{"type":"filter","hook":"input","prio":-110,"policy":"accept"}`. */
export function baseHookOfJson(chain: Readonly<Record<string, unknown>>): BaseHook | undefined {
  const { hook, policy, prio, type } = chain
  if (typeof hook !== 'string' || typeof type !== 'string' || !isHook(hook) || !isChainType(type)) return undefined
  const priority = typeof prio === 'number' ? prio : parseNumber(String(prio))
  return priority === undefined ? undefined : { type, hook, priority, policy: policy === 'drop' ? 'drop' : 'accept' }
}
