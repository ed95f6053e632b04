/** nft's statements as operations (net/netfilter/nft_*.c). */
import type { Ip } from '../../ruleset/address.ts'
import type { NftExpression, NftNat, NftRule, NftSetUpdate, NftStatement, NftVerdict } from '../../ruleset/nft.ts'
import type { Flow } from '../flow.ts'
import { changeSource, dnat as translate, masquerade, redirect, translatedEffect } from '../nat.ts'
import type { NodeState } from '../node.ts'
import type { Branch, Effect, Operation, Program, Result, Scope } from '../program.ts'
import { hasEntry } from '../match/conntrack.ts'
import { compileNftMatch } from './match.ts'
import { lookUp } from './lookup.ts'
import { setKey } from './dynamic-sets.ts'
import { absent, isUnknown, valuesOf } from './value.ts'
import type { Value } from './value.ts'

export const compileNftRule = (rule: NftRule, scope: Scope): Program =>
  rule.statements.map((statement) => compileStatement(statement, scope))

const act = (run: (flow: Flow, node: NodeState) => Result): Operation => ({ kind: 'act', run })
const harmless: Operation = { kind: 'act', harmless: true, run: () => undefined }
const unknown = (why: string): Effect => ({ kind: 'unknown', why })

function compileStatement(statement: NftStatement, scope: Scope): Operation {
  if ('match' in statement) return { kind: 'test', test: compileNftMatch(statement.match, scope) }
  if ('counter' in statement || 'log' in statement) return harmless
  if ('vmap' in statement) return act((flow, node) => verdictMap(statement.vmap, scope, flow, node))
  if ('mangle' in statement) return act((flow, node) => mangle(statement.mangle, scope, flow, node))
  if ('dnat' in statement) return act((flow, node) => dnat(statement.dnat, scope, flow, node))
  if ('snat' in statement) return act((flow, node) => snat(statement.snat, flow, node))
  if ('masquerade' in statement) return act(masquerade)
  if ('redirect' in statement) return act((flow, node) => redirectTo(statement.redirect, flow, node))
  if ('reject' in statement) {
    const { expr, type } = statement.reject
    const how = expr === undefined ? type : `${type} ${expr}`
    const hidden = type === 'tcp reset' && mayHideFamily(scope)
    return act((flow) => {
      if (!answers(type, flow)) return { kind: 'next' }
      if (hidden) flow.assumption = 'it assumes that the rule is for IPv4 and IPv6, which nft does not show of resets'
      return { kind: 'reject', how }
    })
  }
  if ('notrack' in statement) return act(notrack)
  if ('set' in statement) return setOperation(statement.set, scope)
  if ('limit' in statement) return test('whether a rate limit is reached cannot be told')
  if ('xt' in statement) return xtOperation(statement.xt)
  if ('other' in statement) return otherOperation(statement.other)
  return act(() => verdict(statement))
}

/** Statements that copy or offload packets of a connection, which changes nothing for the first one. */
const copying = /^(?:dup to|flow (?:add|offload)) /

function otherOperation(text: string): Operation {
  if (copying.test(`${text} `)) return harmless
  const why =
    text === '' ? 'nft does not show what this rule does; iptables-save would' : `"${text}" is not known to kpx`
  return act(() => unknown(why))
}

const test = (why: string): Operation => ({ kind: 'test', test: () => ({ unknown: why }) })

/** Only comments say nothing: what else iptables-nft left to xtables, nft does not show. */
function xtOperation({ name, type }: { type: string; name: string }): Operation {
  if (name === 'comment' || name === 'nfacct') return harmless
  const why = `nft does not show what xt ${type} ${name} does; iptables-save would`
  return type === 'match' ? test(why) : act(() => unknown(why))
}

/** A client that is new is added, whether or not a limit comes with it; with one kpx cannot tell. */
function setOperation({ op, set, stmt }: NftSetUpdate, { table }: Scope): Operation {
  if (op !== 'delete' && stmt?.length) return test('whether a limit of a dynamic set is reached cannot be told')
  const key = setKey(table, set)
  const run = (flow: Flow): undefined => void (flow.written = [...flow.written, key])
  return { kind: 'act', harmless: true, run }
}

/** Of `meta nfproto ipv4 ... reject with tcp reset` in a table of both families nft 1.0 leaves the family out. */
const mayHideFamily = ({ rule, table }: Scope): boolean =>
  table.family === 'inet' && !/\b(?:ip6?|nfproto|protocol)\b/.test(rule.text)

/** A reset implies TCP and ICMP its family: nft prints such rules without the match that it added. */
function answers(type: string, { destination, protocol }: Flow): boolean {
  if (type === 'tcp reset') return protocol === 'TCP'
  return type === 'icmp' ? typeof destination === 'number' : type !== 'icmpv6' || typeof destination === 'bigint'
}

/** nft_notrack_eval(): too late for a packet that has its entry. */
function notrack(flow: Flow): undefined {
  if (!flow.connection.attached) flow.connection.tracked = false
  return undefined
}

function verdict(statement: NftVerdict): Effect | undefined {
  if ('jump' in statement) return { kind: 'jump', chain: statement.jump.target }
  if ('goto' in statement) return { kind: 'goto', chain: statement.goto.target }
  if ('accept' in statement) return { kind: 'accept' }
  if ('drop' in statement) return { kind: 'drop' }
  return 'return' in statement ? { kind: 'return' } : undefined
}

const isVerdict = (data: NftExpression): data is NftVerdict =>
  typeof data === 'object' && ['accept', 'drop', 'return', 'continue', 'jump', 'goto'].some((name) => name in data)

/** A key that the map does not have ends the rule, as any match that fails. */
function verdictMap(
  { data, key }: { key: NftExpression; data: NftExpression },
  scope: Scope,
  flow: Flow,
  node: NodeState,
): Result {
  return valuesOf(key, flow, node).map(({ share, value }): Branch => {
    const { data: target, found } = lookUp(value, data, scope)
    if (found === false) return { share, effect: { kind: 'next' } }
    if (found !== true) return { share, effect: unknown('unknown' in found ? found.unknown : 'a map by chance') }
    if (target === undefined || !isVerdict(target)) return { share, effect: unknown('the map gives no verdict') }
    const effect = verdict(target)
    return effect ? { share, effect } : { share }
  })
}

interface Mangle {
  readonly key: NftExpression
  readonly value: NftExpression
}

/** `meta mark set`, `ct mark set`. A key that a map does not have ends the rule. */
function mangle({ key, value }: Mangle, scope: Scope, flow: Flow, node: NodeState): Result {
  const field = changedField(key)
  if (field !== 'mark') return harmlessFields.has(field) ? undefined : unknown(`changing ${field} is not known to kpx`)
  const ofPacket = typeof key === 'object' && 'meta' in key
  return resolved(value, scope, flow, node).map(({ share, value: mark }): Branch => {
    if (mark === missing || mark === absent) return { share, effect: { kind: 'next' } }
    if (typeof mark !== 'number') return { share, effect: unknown(whyOf(mark, 'the new mark')) }
    // nft_ct_set_eval() does nothing without an entry
    if (!ofPacket && !hasEntry(flow)) return { share }
    return { share, apply: (own) => void (ofPacket ? (own.mark = mark) : (own.connection.mark = mark)) }
  })
}

function changedField(key: NftExpression): string {
  if (typeof key !== 'object') return String(key)
  if ('meta' in key) return key.meta.key
  if ('ct' in key) return key.ct.key
  if ('other' in key) return key.other
  return 'payload' in key ? key.payload.field : 'a header'
}

/** Fields without influence on the packet's way. */
const harmlessFields = new Set([
  'dscp',
  'ecn',
  'event',
  'helper',
  'hoplimit',
  'label',
  'nftrace',
  'pkttype',
  'priority',
  'tcp option maxseg size',
  'ttl',
])

/** In a table of both families, `dnat ip to` leaves IPv6 alone (nft_nat_inet_eval(), nft_nat.c). */
const isForOtherFamily = ({ family }: NftNat, { destination }: Flow): boolean =>
  family !== undefined && family !== (typeof destination === 'number' ? 'ip' : 'ip6')

/** An address, an address and port from a map, or both apart. */
function dnat(nat: NftNat, scope: Scope, flow: Flow, node: NodeState): Result {
  if (isForOtherFamily(nat, flow)) return undefined
  if (nat.type_flags?.length) return unknown('dnat of a prefix is not known to kpx')
  const addresses =
    nat.addr === undefined ? [{ share: 1, value: flow.destination }] : resolved(nat.addr, scope, flow, node)
  const ports = nat.port === undefined ? [] : resolved(nat.port, scope, flow, node)
  if (ports.length > 1) return unknown('the port of dnat cannot be told')
  return addresses.map(({ share, value }): Branch => {
    const [ip, mapped] = Array.isArray(value) ? (value as readonly Value[]) : [value]
    if (value === missing) return { share, effect: { kind: 'next' } }
    if (!isAddressLike(flow.destination, ip)) return { share, effect: unknown(whyOf(value, 'the address of dnat')) }
    const port = ports[0]?.value ?? mapped
    if (port !== undefined && !isPort(port)) return { share, effect: unknown(whyOf(port, 'the port of dnat')) }
    const [branch] = translate([{ ip, port }])
    return { ...branch, share }
  })
}

/** Of the same family. */
const isAddressLike = (ip: Ip, value: Value | undefined): value is Ip => typeof value === typeof ip

const isPort = (value: Value): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65535

const whyOf = (value: Value, what: string): string => (isUnknown(value) ? value.unknown : `${what} cannot be told`)

/** Stands for a key that a map does not have. */
const missing: Value = 'missing from the map'

/** The values of an expression that may be a map lookup. */
function resolved(
  expression: NftExpression,
  scope: Scope,
  flow: Flow,
  node: NodeState,
): readonly { share: number; value: Value }[] {
  if (typeof expression !== 'object' || !('map' in expression)) return valuesOf(expression, flow, node)
  const { data, key } = expression.map
  return valuesOf(key, flow, node).flatMap(({ share, value }) => {
    const { data: target, found } = lookUp(value, data, scope)
    if (found === false) return [{ share, value: missing }]
    if (found !== true || target === undefined) return [{ share, value: { unknown: 'a map lookup cannot be told' } }]
    return valuesOf(target, flow, node).map((inner) => ({ share: share * inner.share, value: inner.value }))
  })
}

function snat(nat: NftNat, flow: Flow, node: NodeState): Result {
  if (isForOtherFamily(nat, flow)) return undefined
  const [outcome] = nat.addr === undefined || nat.type_flags?.length ? [] : valuesOf(nat.addr, flow, node)
  const ip = outcome?.value
  if (!isAddressLike(flow.source, ip)) return unknown('the address of snat cannot be told')
  if (node.routes.isLocal(ip)) flow.masqueraded = true
  changeSource(flow, ip)
  return translatedEffect
}

function redirectTo(nat: NftNat, flow: Flow, node: NodeState): Result {
  const [first, second] = nat.port === undefined ? [] : valuesOf(nat.port, flow, node)
  const port = first?.value
  if (second || (port !== undefined && !isPort(port))) return unknown('the port of redirect cannot be told')
  return redirect(flow, node, port)
}
