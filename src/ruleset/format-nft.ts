/** An NftRule as nft 1.0.6 prints it. */
import { formatBits, formatLookup, formatNftExpression, formatVerdict, isVerdict } from './format-nft-expression.ts'
import { binaryOperands, datatypeOf, datatypesOf, isBitmaskType } from './nft-datatype.ts'
import type {
  NftExpression,
  NftLimit,
  NftLog,
  NftNat,
  NftOperator,
  NftRule,
  NftSetUpdate,
  NftStatement,
} from './nft.ts'
import type { TableFamily } from './ruleset.ts'

export { formatNftExpression } from './format-nft-expression.ts'

/**
 * The line of the rule, without indent. nft prints the default of a table's family as plain `reject`; without `family` every
 * port-unreachable is taken for that default.
 */
export function formatNftRule(rule: NftRule, family?: TableFamily): string {
  const words = rule.statements.map((statement) => formatStatement(statement, family))
  if (rule.comment !== undefined) words.push(`comment "${rule.comment}"`)
  return words.join(' ')
}

function formatStatement(statement: NftStatement, family?: TableFamily): string {
  if (isVerdict(statement)) return formatVerdict(statement)
  if ('match' in statement) return formatMatch(statement.match)
  if ('vmap' in statement)
    return `${formatNftExpression(statement.vmap.key)} vmap ${formatLookup(statement.vmap.key, statement.vmap.data, [])}`
  if ('mangle' in statement) return formatMangle(statement.mangle.key, statement.mangle.value)
  if ('counter' in statement) return formatCounter(statement.counter)
  if ('dnat' in statement) return formatAddressNat('dnat', statement.dnat)
  if ('snat' in statement) return formatAddressNat('snat', statement.snat)
  if ('redirect' in statement) return formatPortNat('redirect', statement.redirect)
  if ('masquerade' in statement) return formatPortNat('masquerade', statement.masquerade)
  if ('reject' in statement) return formatReject(statement.reject, family)
  if ('set' in statement) return formatSetUpdate(statement.set, family)
  if ('log' in statement) return formatLog(statement.log)
  if ('limit' in statement) return formatLimit(statement.limit)
  if ('xt' in statement) return `xt ${statement.xt.type} ${statement.xt.name}`
  return 'other' in statement ? statement.other : 'notrack'
}

interface Match {
  readonly op: NftOperator
  readonly left: NftExpression
  readonly right: NftExpression
}

function formatMatch({ op, left, right }: Match): string {
  const types = datatypesOf(left)
  const masked = formatMaskedBits({ op, left, right })
  if (masked !== undefined) return masked
  const operator = mustPrint(op, left, right) ? ` ${op}` : ''
  return `${formatNftExpression(left)}${operator} ${formatConstants(op, right, types)}`
}

/** `tcp flags syn / fin,syn,rst,ack`; sets are looked up with `tcp flags & (fin | syn) == { ... }`. */
function formatMaskedBits({ op, left, right }: Match): string | undefined {
  if (typeof left !== 'object' || !('&' in left) || datatypeOf(left) !== 'tcp_flag') return undefined
  const [value, mask] = [formatBits(right, ['tcp_flag']), formatBits(left['&'][1], ['tcp_flag'])]
  if (value === undefined || mask === undefined || typeof right === 'number' || value.startsWith('@')) return undefined
  return `${formatNftExpression(left['&'][0])}${op === '==' ? '' : ` ${op}`} ${value} / ${mask}`
}

/** nft prints `==` where leaving it out would mean something else (must_print_eq_op(), src/expression.c). */
function mustPrint(op: NftOperator, left: NftExpression, right: NftExpression): boolean {
  if (op === 'in') return false
  if (op !== '==') return true
  const isRange = typeof right === 'object' && 'range' in right
  if (binaryOperands(left)) return !isRange
  return isBitmaskType(datatypeOf(left)) && !isLookup(right)
}

const isLookup = (e: NftExpression): boolean =>
  typeof e === 'object' ? 'set' in e : typeof e === 'string' && e.startsWith('@')

/** Any of several bits is a list without braces. */
function formatConstants(op: NftOperator, right: NftExpression, types: readonly string[]): string {
  if ((op === 'in' || op === '!') && typeof right === 'object' && 'set' in right) {
    return right.set.map((bit) => formatNftExpression(bit as NftExpression, types)).join(',')
  }
  return formatNftExpression(right, types)
}

function formatMangle(key: NftExpression, value: NftExpression): string {
  const types = datatypesOf(key)
  const bits = types[0] === 'ct_event' ? formatBits(value, types) : undefined
  return `${formatNftExpression(key)} set ${bits ?? formatNftExpression(value, types)}`
}

function formatCounter(counter: string | { readonly packets: number; readonly bytes: number }): string {
  return typeof counter === 'string'
    ? `counter name "${counter}"`
    : `counter packets ${counter.packets} bytes ${counter.bytes}`
}

/** Flags in the order of nat_stmt_print(), src/statement.c; `netmap` shows as `prefix`. */
const natFlags = ['random', 'fully-random', 'persistent']

function formatFlags(nat: NftNat): string {
  const flags = natFlags.filter((flag) => nat.flags?.includes(flag))
  return flags.length === 0 ? '' : ` ${flags.join(',')}`
}

function formatAddressNat(name: string, nat: NftNat): string {
  const words = [name, nat.family, ...(nat.type_flags ?? []), 'to'].filter((word) => word !== undefined)
  const bracketed = nat.port !== undefined
  const addr = nat.addr === undefined ? '' : formatAddress(nat.addr, bracketed)
  const port = nat.port === undefined ? '' : `:${formatNftExpression(nat.port)}`
  return `${words.join(' ')} ${addr}${port}${formatFlags(nat)}`
}

/** IPv6 addresses stand in brackets before a port. */
function formatAddress(addr: NftExpression, bracketed: boolean): string {
  if (typeof addr === 'object' && 'range' in addr)
    return addr.range.map((end) => formatAddress(end, bracketed)).join('-')
  const text = formatNftExpression(addr)
  return bracketed && typeof addr === 'string' && addr.includes(':') ? `[${text}]` : text
}

function formatPortNat(name: string, nat: NftNat): string {
  const port = nat.port === undefined ? '' : ` to :${formatNftExpression(nat.port)}`
  return `${name}${port}${formatFlags(nat)}`
}

const defaultRejects: Readonly<Record<string, string>> = { ip: 'icmp', ip6: 'icmpv6' }

function formatReject(
  reject: { readonly type: string; readonly expr?: string },
  family: TableFamily | undefined,
): string {
  const isDefault = family === undefined || reject.type === (defaultRejects[family] ?? 'icmpx')
  if (reject.expr === 'port-unreachable' && isDefault) return 'reject'
  return `reject with ${reject.type}${reject.expr === undefined ? '' : ` ${reject.expr}`}`
}

function formatSetUpdate(update: NftSetUpdate, family: TableFamily | undefined): string {
  const statements = (update.stmt ?? []).map((statement) => ` ${formatStateless(statement, family)}`).join('')
  const data = update.data === undefined ? '' : ` : ${formatNftExpression(update.data)}`
  return `${update.op} ${update.set} { ${formatNftExpression(update.elem)}${statements}${data} }`
}

/** A counter of a set's elements starts at zero and is printed without figures. */
const formatStateless = (statement: NftStatement, family: TableFamily | undefined): string =>
  'counter' in statement && typeof statement.counter === 'object' ? 'counter' : formatStatement(statement, family)

function formatLog(log: NftLog): string {
  const words = ['log']
  if (log.prefix !== undefined) words.push(`prefix "${log.prefix}"`)
  if (log.group !== undefined) words.push(`group ${log.group}`)
  if (log.snaplen !== undefined) words.push(`snaplen ${log.snaplen}`)
  if (log['queue-threshold'] !== undefined) words.push(`queue-threshold ${log['queue-threshold']}`)
  if (log.level !== undefined) words.push(`level ${log.level}`)
  if (log.flags) words.push(formatLogFlags(log.flags))
  return words.join(' ')
}

/** `flags tcp sequence,options flags ip options flags skuid flags ether` (log_stmt_print(), src/statement.c). */
function formatLogFlags(flags: readonly string[]): string {
  if (flags.includes('all')) return 'flags all'
  const tcp = ['sequence', 'options'].filter((flag) => flags.includes(`tcp ${flag}`))
  const words = tcp.length === 0 ? [] : [`flags tcp ${tcp.join(',')}`]
  for (const flag of ['ip options', 'skuid', 'ether']) if (flags.includes(flag)) words.push(`flags ${flag}`)
  return words.join(' ')
}

/** Packet rates leave out the default burst of 5, byte rates a burst of 0 (limit_stmt_print(), src/statement.c). */
function formatLimit(limit: NftLimit): string {
  if (limit.name !== undefined) return `limit name "${limit.name}"`
  const over = limit.inv ? 'over ' : ''
  if (limit.rate_unit === undefined) {
    const burst = limit.burst === undefined || limit.burst === 5 ? '' : ` burst ${limit.burst} packets`
    return `limit rate ${over}${limit.rate}/${limit.per}${burst}`
  }
  const burst = limit.burst ? ` burst ${limit.burst} ${limit.burst_unit ?? 'bytes'}` : ''
  return `limit rate ${over}${limit.rate} ${limit.rate_unit}/${limit.per}${burst}`
}
