/** kube-proxy's flags: those of fields stand in the field table, the others here. */
import { parseDuration } from './duration.ts'
import type { Field, FieldType, Span } from './field.ts'
import { ipFamily, splitHostPort } from './address.ts'
import { fields } from './fields/index.ts'
import { parseQuantity } from './quantity.ts'
import { isIn } from './spans.ts'
import type { Value, VModuleItem } from './value.ts'

export interface Flag extends Span {
  readonly name: string
  readonly type: FieldType
  /** It counts beside --config too. */
  readonly wins: boolean
  /** The fields that it sets; none for what the file cannot say. */
  readonly fields: readonly Field[]
}

const command = (name: string, type: FieldType, span: Span = {}): Flag => ({
  ...span,
  name,
  type,
  wins: true,
  fields: [],
})

/** Flags of klog that went with 1.26. */
const klog: readonly (readonly [string, FieldType])[] = [
  ['add-dir-header', 'boolean'],
  ['alsologtostderr', 'boolean'],
  ['log-backtrace-at', 'string'],
  ['log-dir', 'string'],
  ['log-file', 'string'],
  ['log-file-max-size', 'uint32'],
  ['logtostderr', 'boolean'],
  ['one-output', 'boolean'],
  ['skip-headers', 'boolean'],
  ['skip-log-headers', 'boolean'],
  ['stderrthreshold', 'string'],
]

const others: readonly Flag[] = [
  ...klog.map(([name, type]) => command(name, type, { until: '1.25' })),
  command('boot-id-file', 'string'),
  command('cleanup', 'boolean'),
  command('cleanup-ipvs', 'boolean', { until: '1.20' }),
  command('config', 'string'),
  { ...command('healthz-port', 'int32'), wins: false },
  command('help', 'boolean'),
  command('init-only', 'boolean', { since: '1.29' }),
  command('machine-id-file', 'string'),
  command('master', 'string'),
  { ...command('metrics-port', 'int32'), wins: false },
  command('version', 'string'),
  command('write-config-to', 'string'),
]

/** By name; one flag may set fields of several modes. */
const flags = new Map<string, Flag[]>()
for (const flag of others) flags.set(flag.name, [flag])
for (const field of fields) {
  for (const { name, wins = false, ...span } of field.flags ?? []) {
    const flag = { ...span, name, type: field.type, wins, fields: [field] }
    flags.set(name, [...(flags.get(name) ?? []), flag])
  }
}

/** Whether `--name` alone means true; `--version` does too. */
export const standsAlone = (name: string): boolean =>
  name === 'version' || flags.get(name)?.[0]?.type === 'boolean' || name === 'windows-service'

/** Undefined where this release has no such flag on Linux. */
export function flagOf(name: string, minor: number): Flag | undefined {
  const known = flags.get(name)?.filter((flag) => isIn(flag, minor) && flag.fields[0]?.os !== 'Windows') ?? []
  const [first] = known
  return first && { ...first, fields: known.flatMap((flag) => flag.fields) }
}

/** The names that a release has on Linux. */
export const flagNames = (minor: number): string[] => [...flags.keys()].filter((name) => flagOf(name, minor))

/** The value of a flag, or what it must be. */
export function parseFlag(flag: Flag, text: string): { readonly value: Value } | { readonly must: string } {
  const { name } = flag
  if (name === 'bind-address' && ipFamily(text) === undefined) return { must: 'an IP address' }
  if (name.endsWith('z-bind-address') || name === 'metrics-bind-address') {
    return ipFamily(text) === undefined && !isIpAndPort(text)
      ? { must: 'an IP address, or one and a port' }
      : { value: text }
  }
  const value = parsers[flag.type](text)
  return value === undefined ? { must: written[flag.type] } : { value }
}

function isIpAndPort(text: string): boolean {
  const parts = splitHostPort(text)
  return (
    parts !== undefined && ipFamily(parts.host) !== undefined && /^\d+$/.test(parts.port) && Number(parts.port) < 65_536
  )
}

const truths: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false])),
}

const boolean = (text: string): boolean | undefined => (Object.hasOwn(truths, text) ? truths[text] : undefined)

function integer(text: string, least: number, most: number): number | undefined {
  const digits = /^([-+]?)(0x[\da-f]+|0b[01]+|0o?[0-7]+|\d+)$/i.exec(text.replaceAll(/(?<=\d)_(?=\d)/g, ''))
  if (!digits) return undefined
  const size = Number((digits[2] ?? '').replace(/^0(?=[0-7])/, '0o'))
  const value = digits[1] === '-' ? -size : size
  return value >= least && value <= most ? value : undefined
}

function duration(text: string): bigint | undefined {
  const parsed = parseDuration(text)
  return typeof parsed === 'bigint' ? parsed : undefined
}

const list = (text: string): string[] => (text === '' ? [] : text.split(','))

function gates(text: string): ReadonlyMap<string, boolean> | undefined {
  const all = new Map<string, boolean>()
  for (const pair of list(text).filter((one) => one.trim() !== '')) {
    const [name = '', value = ''] = pair.split('=').map((part) => part.trim())
    const on = boolean(value)
    if (on === undefined) return undefined
    all.set(name, on)
  }
  return all
}

function vmodule(text: string): readonly VModuleItem[] | undefined {
  const items = list(text)
    .filter((one) => one !== '')
    .map((pair) => /^([^=]+)=(\d+)$/.exec(pair))
  if (items.includes(null)) return undefined
  return items.map((item) => ({ filePattern: item?.[1] ?? '', verbosity: Number(item?.[2]) }))
}

const parsers: Readonly<Record<FieldType, (text: string) => Value | undefined>> = {
  boolean,
  duration,
  float32: (text) => (text.trim() === '' || !Number.isFinite(Number(text)) ? undefined : Math.fround(Number(text))),
  gates,
  int32: (text) => integer(text, -(2 ** 31), 2 ** 31 - 1),
  nanoseconds: duration,
  quantity: (text) => (parseQuantity(text) === undefined ? undefined : text),
  string: (text) => text,
  strings: list,
  uint32: (text) => integer(text, 0, 2 ** 32 - 1),
  vmodule,
}

const written: Readonly<Record<FieldType, string>> = {
  boolean: 'true or false',
  duration: 'a duration such as 30s or 1h30m',
  float32: 'a number',
  gates: 'a list NAME=true,NAME=false',
  int32: 'a whole number of 32 bits',
  nanoseconds: 'a duration such as 30s or 1h30m',
  quantity: 'a number of bytes such as 512 or 2Ki',
  string: 'a text',
  strings: 'a list with commas',
  uint32: 'a whole number of 32 bits without a sign',
  vmodule: 'a list PATTERN=NUMBER,...',
}
