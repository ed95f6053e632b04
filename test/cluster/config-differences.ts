/**
 * Where kpx and kube-proxy do not say the same of a configuration. What kpx knowingly says in another way:
 * - all values of a wrong type, where kube-proxy stops at the first: its own is compared;
 * - that kube-proxy will exit after the checks (an unknown detectLocalMode until 1.27), which writing the file does not show;
 * - a panic at a negative logging.flushFrequency (1.28 to 1.36), as an error of that field.
 * Texts that no generated configuration has, and that kpx still reads in another way than go-yaml: a comment right behind a quote
 * ("x"#c), {a:} (go-yaml's key is "a:"), U+0085 and U+2028 as ends of lines, the key .inf.
 */
import { formatDuration, parseDuration } from '../../src/config/duration.ts'
import { fieldsOf } from '../../src/config/spans.ts'
import { judge } from '../../src/config/judge.ts'
import type { Problem, Stage } from '../../src/config/problem.ts'
import { parseQuantity } from '../../src/config/quantity.ts'
import type { Settings } from '../../src/config/settings.ts'
import type { Verdict } from './config-oracle.ts'

/** A sentence for each difference. */
export function differences(text: string, minor: number, verdict: Verdict): string[] {
  const { problems, settings } = judge(text, minor)
  const stage = firstStage(problems)
  if (verdict.written === undefined) {
    // a panic is no answer to a question, but kpx foresees it
    if (saysOf(problems).some((one) => one.startsWith('panic: ') && verdict.says.includes(one))) return []
    const found = stageOf(verdict.says)
    if (stage !== found) return [`kube-proxy refuses (${found}) and kpx ${stage ?? 'accepts'}: ${verdict.says}`]
    return refusalDifferences(
      problems.filter(({ refused }) => refused?.stage === stage),
      stage,
      verdict.says,
    )
  }
  if (stage !== undefined || settings === undefined)
    return [`kube-proxy accepts and kpx refuses: ${saysOf(problems).join('; ')}`]
  return [
    ...strictDifferences(problems, minor, /^\s*\{/.test(text), verdict.says),
    ...writtenDifferences(settings, verdict.written),
  ]
}

const stages: readonly Stage[] = ['read', 'gates', 'logging', 'validate']

const firstStage = (problems: readonly Problem[]): Stage | undefined =>
  stages.find((stage) => problems.some(({ refused }) => refused?.stage === stage))

function stageOf(says: string): Stage | undefined {
  if (says.includes('failed validate: ')) return 'validate'
  if (says.includes('initialize logging: ')) return 'logging'
  if (/failed complete: (failed to decode|failed lenient)/.test(says)) return 'read'
  return says.includes('failed complete: ') ? 'gates' : undefined
}

const saysOf = (problems: readonly Problem[]): string[] => [
  ...new Set(problems.flatMap(({ refused }) => (refused ? [refused.says] : []))),
]

function refusalDifferences(problems: readonly Problem[], stage: Stage | undefined, says: string): string[] {
  const own = saysOf(problems)
  if (stage === 'read')
    return own.some((one) => isSaid(one, says)) ? [] : [`kpx: ${own.join('; ')}, kube-proxy: ${says}`]
  if (stage === 'gates') {
    return own.some((one) => says.includes(one)) ? [] : [`kpx: ${own.join('; ')}, kube-proxy: ${says}`]
  }
  const theirs = new Set(
    says.match(/(?:KubeProxyConfiguration|logging)[.\w[\]]*: (?:Invalid|Duplicate|Required|Unsupported|Forbidden)/g),
  )
  const ours = new Set(
    own.map((one) => /^.*?: (Invalid|Duplicate|Required|Unsupported|Forbidden)/.exec(one)?.[0] ?? one),
  )
  const fields = [
    ...[...theirs].filter((one) => !ours.has(one)).map((one) => `kube-proxy alone: ${one}`),
    ...[...ours].filter((one) => !theirs.has(one)).map((one) => `kpx alone: ${one}`),
  ]
  const details = own.map((one) => one.replace(/^.*?: [A-Z][a-z ]+: /, '')).filter((one) => !says.includes(one))
  return [...fields, ...details.map((one) => `kube-proxy does not say "${one}": ${says}`)]
}

/** A decoder's words, with the struct's name in them. */
function isSaid(own: string, says: string): boolean {
  const [, what, path] = /^json: cannot unmarshal (.*) into Go struct field (.*)$/.exec(own) ?? []
  if (what === undefined || path === undefined) return says.includes(own)
  const theirs = says.replace('OutputRoutingOptions.', '')
  return theirs.includes(`cannot unmarshal ${what} into Go`) && theirs.includes(`.${path} of type`)
}

/** Keys that the strict reading complains about; older releases stop at the first. */
function strictDifferences(problems: readonly Problem[], minor: number, isJson: boolean, says: string): string[] {
  const ours = problems.filter(({ code }) => code === 'KPX2007' || code === 'KPX2008')
  if (minor < 23)
    return ours.length > 0 === (says !== '') ? [] : [`strictly, kpx finds ${ours.length}, kube-proxy: ${says}`]
  const unknown = [...says.matchAll(/unknown field "([^"]*)"/g)].map(([, path = '']) => path)
  const twice = [...says.matchAll(/key "([^"]*)" already set in map|duplicate field "([^"]*)"/g)]
  // 1.23 names the key alone
  const named = (field: string): string => (minor === 23 ? field.replace(/^.*\./, '') : field)
  const own = new Set(ours.filter(({ code }) => code === 'KPX2007').map(({ field = '' }) => named(field)))
  // JSON's strict reading says nothing of two equal keys that are no fields; kpx does
  const ownTwice = ours.filter(({ code, field = '' }) => code === 'KPX2008' && !(isJson && own.has(named(field))))
  return [
    ...unknown.filter((path) => !own.has(path)).map((path) => `kube-proxy alone does not know ${path}`),
    ...[...own].filter((path) => !unknown.includes(path)).map((path) => `kpx alone does not know ${path}`),
    ...(twice.length > 0 === ownTwice.length > 0
      ? []
      : [`twice: kpx ${ownTwice.length}, kube-proxy ${twice.length}: ${says}`]),
  ]
}

function writtenDifferences(settings: Settings, written: unknown): string[] {
  return fieldsOf(settings.minor).flatMap(({ path, type }) => {
    const theirs = comparable(type, at(written, path.split('.')))
    const ours = comparable(type, expected(path, settings))
    return theirs === ours ? [] : [`${path}: kpx ${ours}, kube-proxy ${theirs}`]
  })
}

function at(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value
  if (typeof value !== 'object' || value === null) return undefined
  return at((value as Record<string, unknown>)[name], rest)
}

/** What kube-proxy writes: it fills in some defaults later than that, and does not write what it does not keep. */
function expected(path: string, settings: Settings): unknown {
  const { backend, minor } = settings
  const setting = settings.get(path)
  if (minor < 28 && ['mode', 'detectLocalMode'].includes(path) && setting?.origin === 'default') return ''
  if (minor < 31) return setting?.value
  if (path === 'portRange') return ''
  const [section, name = ''] = path.split('.')
  const others = ['iptables', 'ipvs', 'nftables'].filter((one) => one !== backend)
  if (['minSyncPeriod', 'syncPeriod'].includes(name) && others.includes(section ?? '')) return 0n
  if (name === 'masqueradeAll') return (section === 'nftables') === (backend === 'nftables') && setting?.value === true
  return setting?.value
}

/** One text for each value, however it is written. */
function comparable(type: string, value: unknown): string {
  if (type === 'duration' || type === 'nanoseconds') return duration(value)
  if (type === 'quantity') return String(parseQuantity(plain(value ?? 0)))
  if (type === 'float32') return String(Math.fround(Number(value ?? 0)))
  if (type === 'gates')
    return gates(value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value ?? {}))
  if (type === 'strings' || type === 'vmodule') return JSON.stringify(value ?? [])
  if (type === 'boolean') return JSON.stringify(value ?? false)
  return JSON.stringify(value ?? (type === 'string' ? '' : 0))
}

const gates = (entries: readonly (readonly [string, unknown])[]): string =>
  entries
    .map(([name, on]) => `${name}=${on === true}`)
    .sort()
    .join()

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function duration(value: unknown): string {
  if (typeof value === 'bigint') return formatDuration(value)
  const parsed = typeof value === 'number' ? BigInt(value) : parseDuration(typeof value === 'string' ? value : '0s')
  return typeof parsed === 'bigint' ? formatDuration(parsed) : parsed
}
