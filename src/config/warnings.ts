/** What kube-proxy accepts and should not be there: values without effect, and what a later release takes away. */
import { modes } from '../modes.ts'
import { acceptedModes } from './accepted-modes.ts'
import type { FileValue } from './decode.ts'
import { defaultOf } from './complete.ts'
import type { Field } from './field.ts'
import { fieldAt } from './fields/index.ts'
import { gateState } from './gates.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './settings.ts'
import { asText } from './value.ts'
import type { Value } from './value.ts'
import { minorOf } from '../version.ts'
import { newestMinor } from './version.ts'

type Places = ReadonlyMap<string, FileValue>

export function warningsOf(settings: Settings, places: Places): Problem[] {
  const idle = [...places].flatMap(([path, given]) => {
    const field = fieldAt(path)
    const why = field && says(field, given.value) ? idleBecause(field, settings) : undefined
    return why === undefined ? [] : [warning('KPX2009', path, `${path} has no effect: ${why}`, given)]
  })
  return [...idle, ...ofMode(settings, places), ...ofGates(settings, places), ...endingFields(settings, places)]
}

/** Something else than the default or nothing: kubeadm writes every field with its zero value. */
function says(field: Field, value: Value): boolean {
  const standard = defaultOf(field)
  if (typeof value === 'object') return value instanceof Map ? value.size > 0 : (value as readonly unknown[]).length > 0
  if (value === standard) return false
  return field.zeroCounts === true || !['', 0, 0n, false, '0'].includes(value)
}

function idleBecause(field: Field, settings: Settings): string | undefined {
  const { idleSince, modes: itsModes, needs, os, overruled } = field
  if (idleSince !== undefined && settings.minor >= (minorOf(idleSince) ?? 0))
    return `nothing reads it since ${idleSince}`
  if (overruled !== undefined) return overruled
  if (os === 'Windows') return 'it is for Windows, and the mode is one of Linux'
  const mode = settings.text('mode')
  if (!modes.some(({ name }) => name === mode)) return undefined
  if (itsModes && !itsModes.includes(mode)) return `it is for mode ${itsModes.join(' and ')}, and the mode is ${mode}`
  if (needs && settings.text(needs.field) !== needs.value) {
    return `it needs ${needs.field} ${needs.value}, which is ${settings.text(needs.field)}`
  }
  if (field.path === 'conntrack.min' && settings.get('conntrack.maxPerCore')?.value === 0) {
    return 'conntrack.maxPerCore is 0'
  }
  return undefined
}

function ofMode(settings: Settings, places: Places): Problem[] {
  const { minor } = settings
  const setting = settings.get('mode')
  if (setting?.origin === 'default') {
    if (minor < firstWithWarning) return []
    const place = places.get('mode')
    return [warning('KPX2010', 'mode', 'mode is not set, which means iptables until 1.39', place)]
  }
  if (!acceptedModes(minor, settings.gates).includes(asText(setting?.value))) return []
  const milestones = modes.find(({ name }) => name === setting?.value)?.milestones ?? []
  const isDeprecated = milestones.some(
    ({ event, kubernetes }) => event === 'deprecated' && (minorOf(kubernetes) ?? 0) <= minor,
  )
  const ends = milestones.filter(({ event }) => event === 'off by default' || event === 'removed')
  if (!isDeprecated || ends.length === 0) return []
  const end = ends.map(({ event, kubernetes }) => `${event} in ${kubernetes}`).join(', ')
  return [warning('KPX2011', 'mode', `mode ${asText(setting?.value)} is deprecated: ${end}`, places.get('mode'))]
}

/** kube-proxy 1.37 itself warns where the mode is empty. */
const firstWithWarning = 37

function ofGates(settings: Settings, places: Places): Problem[] {
  const node = places.get('featureGates')?.node
  return [...settings.gates.keys()].flatMap((name) => {
    const stage = gateState(name, settings.minor)?.stage
    if (stage !== 'stable' && stage !== 'deprecated') return []
    const entry = node?.kind === 'mapping' ? node.entries.findLast((one) => one.name === name) : undefined
    const next =
      gateState(name, settings.minor + 1) || settings.minor >= newestMinor ? '' : ` and gone in 1.${settings.minor + 1}`
    const message = `feature gate ${name} is ${stage}${next}: kube-proxy exits on it when it is gone`
    return [warning('KPX2011', `featureGates.${name}`, message, entry && { node: entry.value, key: entry.key })]
  })
}

function endingFields({ minor }: Settings, places: Places): Problem[] {
  return [...places].flatMap(([path, given]) => {
    const field = fieldAt(path)
    if (field?.until === undefined || !says(field, given.value)) return []
    const message = `${path} is gone after ${field.until}${minorOf(field.until) === minor ? ', the next release ignores it' : ''}`
    return [warning('KPX2011', path, message, given)]
  })
}

function warning(
  code: Problem['code'],
  field: string,
  message: string,
  place:
    { readonly node: FileValue['node']; readonly key?: { readonly start: number; readonly end: number } } | undefined,
): Problem {
  const { end, start } = place?.key ?? place?.node ?? {}
  return { code, message, field, ...(start === undefined || end === undefined ? {} : { start, end }) }
}
