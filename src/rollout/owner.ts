/** The owner of what is to be changed: what becomes of the change, and how the owner would make it. */
import { ownerFindings } from '../answer/config/owner-findings.ts'
import type { Place } from '../answer/config/place.ts'
import { finding } from '../answer/finding.ts'
import { appliedOf, lastWriter, nameOf } from '../cluster/applied.ts'
import { object as objectOf } from '../cluster/json.ts'
import { changedFields } from '../config/edit/changed-fields.ts'
import { jsonOfYaml } from '../config/yaml-object.ts'
import { KpxError } from '../error.ts'
import { fieldManager } from '../kube/objects.ts'
import type { OwnersFile, OwnersWay } from '../platform/platform.ts'
import { ownershipOf, ownersWay } from '../platform/recognise.ts'
import type { Ownership, Recognition } from '../platform/recognise.ts'
import type { Setting } from '../platform/setting.ts'
import { changeOf } from './change.ts'
import type { Change, Instead } from './change.ts'
import type { Expected } from './running.ts'

/** Whoever wrote the object last, as it is now. */
export const writerOf = (kind: string, now: object): string =>
  lastWriter(appliedOf(kind, objectOf(now)), fieldManager) ?? 'somebody'

/**
 * What the change is in the owner's way; null where the owner has none. Without settings, that of the mode as it is; `whole` is what the
 * object is to hold.
 */
export function insteadOf(
  { owner, way }: Ownership,
  wanted: readonly Setting[],
  { scene }: Recognition,
  whole?: OwnersFile,
): Instead | null {
  const mode = scene.written.get('mode')
  const asItIs = { path: 'mode', value: mode === undefined || mode === '' ? 'iptables' : mode }
  const own = way(wanted.length > 0 ? wanted : [asItIs], whole)
  return own && owner !== null ? asInstead(owner, own) : null
}

const asInstead = (by: string, { commands, files, notes, refused }: OwnersWay): Instead => ({
  by,
  files,
  commands,
  notes,
  refused,
})

/** What the text sets otherwise than before. */
export const settingsIn = (before: string, after: string): Setting[] =>
  changedFields(before, after).map(({ path, after: value }) => ({ path, value: value === null ? null : typed(value) }))

/** As it could be typed: a text without its quotes. */
function typed(inYaml: string): string {
  const value = (jsonOfYaml(`value: ${inYaml}`) as { readonly value: unknown }).value
  return typeof value === 'string' ? value : inYaml
}

/** What a kube-proxy is to run with, as settings; a default is what is taken out. */
export const settingsAs = ({ values }: Expected): Setting[] =>
  Array.from(values, ([path, { isDefault, text }]) => ({ path, value: isDefault ? null : text }))

/** The change refused where the owner has a way of its own; undefined where nobody owns it. */
export function refusedByOwner({ recognition, workload }: Place, wanted: readonly Setting[]): Change | undefined {
  const ownership = ownershipOf(workload, recognition)
  const instead = insteadOf(ownership, wanted, recognition)
  const findings = ownerFindings({ object: workload, ownership }, false)
  if (!instead || !findings.some(({ level }) => level === 'error')) return undefined
  return changeOf({ object: nameOf(workload), diff: '', findings, instead })
}

/** The same where the API has nothing of kube-proxy. Throws the error on where no platform is recognised. */
export function refusedByPlatform(error: unknown, { found, scene }: Recognition, wanted: readonly Setting[]): Change {
  const [own] = found
  if (!own || !(error instanceof KpxError) || error.code !== 'KPX2103' || scene.kubeProxies.length > 0) throw error
  const { evidence, platform } = own
  const message = `${platform.name} has no object of kube-proxy that could be changed (${evidence.join('; ')})`
  const object = `${platform.name}: ${platform.place(scene)}`
  const asked = wanted.length > 0 ? wanted : [{ path: 'mode', value: 'iptables' }]
  return changeOf({
    object,
    diff: '',
    findings: [{ ...finding('KPX4002', { message, object }), fix: `make the change as ${platform.name} has it` }],
    instead: asInstead(platform.name, ownersWay(platform, asked, scene)),
  })
}
