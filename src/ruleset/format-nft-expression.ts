/** Expressions, elements and verdicts in nft 1.0.6's own spelling. */
import { binaryOperands, datatypeOf, datatypesOf, isQuotedType } from './nft-datatype.ts'
import type { NftElem, NftElement, NftExpression, NftHash, NftPrimitive, NftVerdict } from './nft.ts'

/** meta keys that nft prints without `meta` (meta_key_is_unqualified(), src/meta.c). */
const bareMetaKeys = new Set(['iif', 'iifgroup', 'iifname', 'oif', 'oifgroup', 'oifname'])

const noTypes: readonly string[] = []

/** `types` are those of the expression that a constant is compared with, one per concatenated part. */
export function formatNftExpression(e: NftExpression, types: readonly string[] = noTypes): string {
  if (typeof e !== 'object') return formatPrimitive(e, types[0])
  if ('concat' in e) return e.concat.map((part, i) => formatNftExpression(part, types.slice(i, i + 1))).join(' . ')
  if ('set' in e) return `{ ${e.set.map((element) => formatNftElement(element, types)).join(', ')} }`
  if ('prefix' in e) return `${e.prefix.addr}/${e.prefix.len}`
  if ('range' in e) return e.range.map((end) => formatNftExpression(end, types)).join('-')
  if ('elem' in e) return formatElem(e.elem, types)
  if ('map' in e) return `${formatNftExpression(e.map.key)} map ${formatLookup(e.map.key, e.map.data, types)}`
  const operands = binaryOperands(e)
  if (operands) return formatBinary(kindOf(e), operands, types)
  return isVerdict(e) ? formatVerdict(e) : formatLoad(e)
}

/** What is looked up by `key`: `@name`, or a set or map in braces whose values are of `dataTypes`. */
export function formatLookup(key: NftExpression, data: NftExpression, dataTypes: readonly string[]): string {
  if (typeof data !== 'object' || !('set' in data)) return formatNftExpression(data)
  const keyTypes = datatypesOf(key)
  return `{ ${data.set.map((element) => formatNftElement(element, keyTypes, dataTypes)).join(', ')} }`
}

/** `10.0.0.1 . tcp . 80 comment "x" : goto chain`. `types` are those of the key, `dataTypes` those of a map's values. */
export function formatNftElement(element: NftElement, types: readonly string[], dataTypes = noTypes): string {
  if (!isPair(element)) return formatNftExpression(element, types)
  return `${formatNftExpression(element[0], types)} : ${formatNftExpression(element[1], dataTypes)}`
}

const isPair = (element: NftElement): element is readonly [NftExpression, NftExpression] => Array.isArray(element)

/** Marks as 0x%08x, DSCP as 0x%02x, bits and raw payload as 0x%x; interface names and the like in quotes. */
function formatPrimitive(value: NftPrimitive, type: string | undefined): string {
  if (typeof value === 'string') return formatName(value, type)
  if (type === 'mark') return `0x${value.toString(16).padStart(8, '0')}`
  if (type === 'dscp') return `0x${value.toString(16).padStart(2, '0')}`
  if (type === 'raw' || type === 'tcp_flag') return `0x${value.toString(16)}`
  return type === 'time' ? formatDuration(value) : String(value)
}

function formatName(value: string, type: string | undefined): string {
  const bare = value.startsWith('@') || value === '*' || value === 'exists' || value === 'missing'
  // only in quotes can a word have blanks, or punctuation where another word would begin
  const quoted = bare ? /[ \t\r{]|[(),}]$/.test(value) : isQuotedType(type) || /[ \t\r{}(),]/.test(value)
  return quoted ? `"${value}"` : value
}

const units: readonly (readonly [string, number])[] = [
  ['d', 86400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
]

/** Seconds as `1d2h3m4s` (time_print(), src/datatype.c). */
function formatDuration(seconds: number): string {
  let rest = seconds
  let text = ''
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) text += `${count}${unit}`
  }
  return text === '' ? '0s' : text
}

/** The only key of an expression or verdict. */
const kindOf = (e: object): string => Object.keys(e)[0] ?? ''

function formatBinary(
  operator: string,
  operands: readonly [NftExpression, NftExpression],
  outer: readonly string[],
): string {
  const [left, right] = operands
  const own = datatypeOf(left)
  const types = own === 'integer' ? outer : [own]
  const shifts = operator === '<<' || operator === '>>'
  const [a, b] = [formatNftExpression(left, types), formatNftExpression(right, shifts ? noTypes : types)]
  return `${parenthesised(left, a, operator)} ${operator} ${parenthesised(right, b, operator, true)}`
}

const strength: Readonly<Record<string, number>> = { '&': 3, '<<': 4, '>>': 4, '^': 2, '|': 1 }

function parenthesised(e: NftExpression, text: string, outer: string, isRight = false): string {
  if (typeof e !== 'object' || !binaryOperands(e)) return text
  const [inner = 0, around = 0] = [strength[kindOf(e)], strength[outer]]
  return inner < around || (isRight && inner === around) ? `(${text})` : text
}

/** `fin,syn,rst` for nested ors of bits; `undefined` when it is anything else. */
export function formatBits(e: NftExpression, types: readonly string[]): string | undefined {
  if (typeof e !== 'object') return formatNftExpression(e, types)
  if (!('|' in e)) return undefined
  const [left, right] = e['|'].map((bit) => formatBits(bit, types))
  return left === undefined || right === undefined ? undefined : `${left},${right}`
}

function formatElem(elem: NftElem, types: readonly string[]): string {
  let text = formatNftExpression(elem.val, types)
  for (const condition of elem.conditions ?? []) text += ` ${condition}`
  if (elem.counter) text += ` counter packets ${elem.counter.packets} bytes ${elem.counter.bytes}`
  if (elem.timeout !== undefined) text += ` timeout ${formatDuration(elem.timeout)}`
  if (elem.expires !== undefined) text += ` expires ${formatDuration(elem.expires)}`
  return elem.comment === undefined ? text : `${text} comment "${elem.comment}"`
}

export function isVerdict(e: object): e is NftVerdict {
  return 'goto' in e || 'jump' in e || 'accept' in e || 'drop' in e || 'return' in e || 'continue' in e
}

export function formatVerdict(verdict: NftVerdict): string {
  if ('goto' in verdict) return `goto ${verdict.goto.target}`
  if ('jump' in verdict) return `jump ${verdict.jump.target}`
  return kindOf(verdict)
}

/** What a rule loads or computes. */
function formatLoad(e: Exclude<NftExpression, NftPrimitive>): string {
  if ('payload' in e) return `${e.payload.protocol} ${e.payload.field}`
  if ('meta' in e) return bareMetaKeys.has(e.meta.key) ? e.meta.key : `meta ${e.meta.key}`
  if ('ct' in e) return ['ct', e.ct.dir, e.ct.family, e.ct.key].filter((word) => word !== undefined).join(' ')
  if ('fib' in e) return `fib ${formatFibFlags(e.fib.flags)} ${e.fib.result}`
  if ('numgen' in e) return `numgen ${e.numgen.mode} mod ${e.numgen.mod}${formatOffset(e.numgen)}`
  if ('symhash' in e) return `symhash mod ${e.symhash.mod}${formatOffset(e.symhash)}`
  if ('jhash' in e) return formatJhash(e.jhash)
  return 'other' in e ? e.other : ''
}

function formatJhash(jhash: NftHash & { readonly expr: NftExpression; readonly seed?: number }): string {
  const seed = jhash.seed === undefined ? '' : ` seed 0x${jhash.seed.toString(16)}`
  return `jhash ${formatNftExpression(jhash.expr)} mod ${jhash.mod}${seed}${formatOffset(jhash)}`
}

const formatOffset = ({ offset }: NftHash): string => (offset === undefined || offset === 0 ? '' : ` offset ${offset}`)

/** fib_expr_print() goes through the flags in this order, src/fib.c. */
const fibOrder = ['saddr', 'daddr', 'mark', 'iif', 'oif']

const formatFibFlags = (flags: readonly string[]): string => fibOrder.filter((flag) => flags.includes(flag)).join(' . ')
