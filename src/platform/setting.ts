/** Settings that are wanted, as the flags or fields by which a platform takes them. */
import { setField } from '../config/edit/set-field.ts'
import type { Field } from '../config/field.ts'
import { fieldAt } from '../config/fields/index.ts'
import { flagOf, parseFlag } from '../config/flags.ts'
import type { Flag } from '../config/flags.ts'
import { jsonOfYaml } from '../config/yaml-object.ts'
import type { RefusedField } from './platform.ts'
import type { PlatformScene } from './scene.ts'

export interface Setting {
  /** `iptables.masqueradeBit`, `featureGates.NAME`. */
  readonly path: string
  /** As it is typed behind `PATH=`; null to take it out. */
  readonly value: string | null
}

const empty = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n'

/** KubeProxyConfiguration with these settings alone. Throws KPX1001 for what cannot be set. */
export const configurationWith = (wanted: readonly Setting[]): Readonly<Record<string, unknown>> =>
  jsonOfYaml(
    wanted.reduce((text, { path, value }) => (value === null ? text : setField(text, path, value)), empty),
  ) as Record<string, unknown>

/** The value in JSON; undefined for one that is to be taken out. Throws KPX1001 for what cannot be set. */
function jsonOf({ path, value }: Setting): unknown {
  if (value === null) return undefined
  const names = path.split('.')
  return names.reduce<unknown>(
    (json, name) => (json as Record<string, unknown>)[name],
    configurationWith([{ path, value }]),
  )
}

/** What a platform's own names are to be set to, which of them to be taken out, and what it does not take. */
export interface Mapped {
  readonly values: ReadonlyMap<string, unknown>
  readonly unset: readonly string[]
  readonly refused: readonly RefusedField[]
}

/** What became of one setting. */
type Outcome = { readonly name: string; readonly value: unknown } | { readonly why: string }

function mapped(wanted: readonly Setting[], outcomeOf: (setting: Setting) => Outcome): Mapped {
  const values = new Map<string, unknown>()
  const unset: string[] = []
  const refused: RefusedField[] = []
  for (const setting of wanted) {
    const outcome = outcomeOf(setting)
    if ('why' in outcome) refused.push({ field: setting.path, why: outcome.why })
    else if (outcome.value === undefined) unset.push(outcome.name)
    else values.set(outcome.name, outcome.value)
  }
  return { values, unset, refused }
}

/** A field of the platform's own, and its value there: thrown is why there is none. */
interface Target {
  /** `ipvsConfig.TCPTimeoutSeconds`. */
  readonly name: string
  /** Without it the value is as in KubeProxyConfiguration. */
  readonly convert?: (json: unknown) => unknown
}

/** Why a platform does not take a value. */
export class NotTaken extends Error {}

/** By the path in KubeProxyConfiguration. */
export type Targets = Readonly<Record<string, Target>>

/** By a list of fields; `why` is what is said of every other one. */
export const asFields = (wanted: readonly Setting[], targets: Targets, why: string): Mapped =>
  mapped(wanted, (setting) => {
    const target = Object.hasOwn(targets, setting.path) ? targets[setting.path] : undefined
    if (!target) return { why }
    const json = jsonOf(setting)
    try {
      return { name: target.name, value: json === undefined || !target.convert ? json : target.convert(json) }
    } catch (error) {
      if (error instanceof NotTaken) return { why: error.message }
      throw error
    }
  })

/** What the targets have been set to, and what is wanted of them: a whole, for platforms that take nothing less. */
export const withWritten = (wanted: readonly Setting[], targets: Targets, { written }: PlatformScene): Setting[] => {
  const all = new Map<string, string | null>()
  for (const path of Object.keys(targets)) {
    const value = written.get(path)
    if (value !== undefined && value !== '' && value !== '[]') all.set(path, value)
  }
  for (const { path, value } of wanted) all.set(path, value)
  return Array.from(all, ([path, value]) => ({ path, value }))
}

/** By kube-proxy's flags of that release: `proxy-mode` to `nftables`. */
export const asFlags = (wanted: readonly Setting[], { minor }: PlatformScene): Mapped =>
  mapped(gathered(wanted), (setting) => {
    const field = fieldAt(setting.path)
    const flag = field && flagFor(field, minor)
    if (!flag) return { why: `kube-proxy 1.${minor} has no flag for it: only a configuration file can say it` }
    const json = jsonOf(setting)
    if (json === undefined) return { name: flag.name, value: undefined }
    const text = flagText(json)
    const parsed = parseFlag(flag, text)
    return 'must' in parsed ? { why: `--${flag.name} must be ${parsed.must}` } : { name: flag.name, value: text }
  })

/** One flag has all feature gates. */
function gathered(wanted: readonly Setting[]): readonly Setting[] {
  const isGate = ({ path, value }: Setting): boolean => path.startsWith('featureGates.') && value !== null
  const gates = wanted.filter(isGate).map(({ path, value }) => `${path.slice('featureGates.'.length)}=${value}`)
  if (gates.length === 0) return wanted
  return [...wanted.filter((one) => !isGate(one)), { path: 'featureGates', value: gates.join(',') }]
}

const flagFor = (field: Field, minor: number): Flag | undefined =>
  field.flags?.map(({ name }) => flagOf(name, minor)).find((flag) => flag?.fields.includes(field) === true)

function flagText(json: unknown): string {
  if (Array.isArray(json)) return json.map(flagText).join(',')
  if (typeof json !== 'object' || json === null) return String(json)
  return Object.entries(json)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(',')
}

/** `proxy-mode=nftables`. */
export const flagWords = ({ values }: Mapped): string[] =>
  Array.from(values, ([name, value]) => `${name}=${String(value)}`)

/** As an object of objects: `ipvsConfig.scheduler` is in `ipvsConfig`. */
export function nested(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const root: Record<string, unknown> = {}
  for (const [path, value] of entries) {
    const names = path.split('.')
    let inner = root
    for (const name of names.slice(0, -1)) inner = (inner[name] ??= {}) as Record<string, unknown>
    inner[names.at(-1) ?? ''] = value
  }
  return root
}

export const isNothing = ({ unset, values }: Mapped): boolean => values.size === 0 && unset.length === 0
