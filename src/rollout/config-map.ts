/** The key of the ConfigMap that configures kube-proxy, as the DaemonSet mounts it. */
import { overruledFields } from '../answer/config/overruled.ts'
import { placeOf } from '../answer/config/place.ts'
import type { Place } from '../answer/config/place.ts'
import { judgeText } from '../answer/config/validate.ts'
import { nameOf } from '../cluster/applied.ts'
import { text } from '../cluster/json.ts'
import { readRevisions, revisionsAnnotation } from '../config/revisions.ts'
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { liveConfiguration } from '../kube/live-configuration.ts'
import { changeObject, getObject } from '../kube/objects.ts'
import { resources } from '../kube/resource.ts'
import { ownershipOf, recognitionOf } from '../platform/recognise.ts'
import { refusedByOwner, refusedByPlatform, settingsIn, writerOf } from './owner.ts'
import { expectedOf } from './running.ts'
import { getDaemonSet, strategyOf } from './template.ts'
import { rereading } from './subject.ts'
import type { Asked, Found, Subject } from './subject.ts'

/** Throws KPX2103 where the configuration is nothing that kpx changes and nobody else does, KPX2106, and KPX1011 to KPX1017. */
export async function configMapSubject(connection: Connection, asked: Asked): Promise<Found> {
  const { daemonSet, force, wanted } = asked
  const capture = await liveConfiguration(connection)
  try {
    const place = placeOf(capture, daemonSet)
    const found = subjectAt(place, connection) ?? (force ? undefined : refusedByOwner(place, wanted))
    if (found) return found
    throw notEditable(place, force)
  } catch (error) {
    return refusedByPlatform(error, recognitionOf(capture), wanted)
  }
}

/** Undefined where no ConfigMap that can be changed has it. */
function subjectAt(place: Place, connection: Connection): Subject | undefined {
  const { container, file, flags, minor, recognition, sharing, version, workload } = place
  const { map, source, text: written } = file
  if (workload.kind !== 'DaemonSet' || source?.kind !== 'ConfigMap' || !map || written === undefined) return undefined
  if (map.immutable) return undefined
  const { key } = source
  const { name, namespace, resourceVersion } = map
  const asked = { resource: resources.configMaps, namespace, name }
  const startedWith = (config: string) => ({ command: container.words, config, version: version ?? undefined })
  return {
    connection,
    workload,
    sharing,
    flags,
    object: map,
    label: `${nameOf(map)}, key ${key}`,
    text: written,
    fileName: key,
    revisions: readRevisions(text(map.annotations[revisionsAnnotation])),
    recognition,
    ownership: ownershipOf(map, recognition),
    settings: (after) => settingsIn(written, after),
    changedBy: place.configuration.changedBy,
    judge: (after) => [...judgeText(key, after, minor), ...overruledFields(startedWith(after), minor)],
    holds: (other) => other === written,
    write: async (after, revisions, how) => {
      const annotations = revisions === undefined ? {} : { annotations: { [revisionsAnnotation]: revisions } }
      const patch = { metadata: { resourceVersion, ...annotations }, data: { [key]: after } }
      await changeObject(connection, { verb: 'patch', ...asked }, patch, how === 'checked' ? { dryRun: 'All' } : {})
      return after
    },
    strategy: async () => strategyOf(await getDaemonSet(connection, workload)),
    reread: () => configMapSubject(connection, rereading(workload)),
    expected: (after) => expectedOf(startedWith(written), startedWith(after), minor),
    writer: async () => writerOf('ConfigMap', await getObject(connection, { verb: 'get', ...asked })),
    restart: () => 'marked',
  }
}

function notEditable({ configuration, file, workload }: Place, force: boolean): KpxError {
  const { key, object } = configuration
  if (workload.kind !== 'DaemonSet') {
    const message = `${nameOf(workload)} belongs to no DaemonSet: it is started by its node alone`
    return new KpxError('KPX2103', message, { fix: `change it where the node has it: ${object}` })
  }
  if (file.file === undefined) {
    const fix = `kpx edit daemonset${force ? ' --force' : ''}`
    return new KpxError('KPX2103', `the configuration is in flags of ${object}`, { fix })
  }
  if (file.source?.kind !== 'ConfigMap') {
    return new KpxError('KPX2103', `the configuration is in ${object}, which kpx does not change`)
  }
  if (file.map?.immutable === true) {
    return new KpxError('KPX2103', `${nameOf(file.map)} is immutable: nobody can change it`, {
      fix: 'make another ConfigMap, and let the DaemonSet mount that: kpx edit daemonset',
    })
  }
  const keys = [...(file.map?.data.keys() ?? [])].join(', ')
  const has = file.map ? `has no key ${key}: it has ${keys === '' ? 'none' : keys}` : 'does not exist'
  return new KpxError('KPX2103', `${object}, which ${nameOf(workload)} mounts, ${has}`, {
    fix: 'look at the volumes of the DaemonSet: kpx edit daemonset',
  })
}
