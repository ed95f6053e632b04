/** The key of the ConfigMap that configures kube-proxy, as the DaemonSet mounts it. */
import { overruledFields } from '../answer/config/overruled.ts'
import { placeOf } from '../answer/config/place.ts'
import type { Place } from '../answer/config/place.ts'
import { judgeText } from '../answer/config/validate.ts'
import { text } from '../cluster/json.ts'
import { readRevisions, revisionsAnnotation } from '../config/revisions.ts'
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { liveConfiguration } from '../kube/live-configuration.ts'
import { changeObject } from '../kube/objects.ts'
import { resources } from '../kube/resource.ts'
import { expectedOf } from './running.ts'
import { nameOf } from './subject.ts'
import type { Subject } from './subject.ts'

/** `daemonSet` is named by the user. Throws KPX2103 where the configuration is nothing that kpx changes, KPX2106, and KPX1011 to KPX1017. */
export async function configMapSubject(connection: Connection, daemonSet: string | undefined): Promise<Subject> {
  const place = placeOf(await liveConfiguration(connection), daemonSet)
  const { container, file, minor, version, workload } = place
  const { map, source, text: written } = file
  if (workload.kind !== 'DaemonSet' || source?.kind !== 'ConfigMap' || !map || written === undefined) {
    throw notEditable(place)
  }
  if (map.immutable) {
    throw new KpxError('KPX2103', `${nameOf(map)} is immutable: nobody can change it`, {
      fix: 'make another ConfigMap, and let the DaemonSet mount that: kpx edit daemonset',
    })
  }
  const { key } = source
  const { name, namespace, resourceVersion } = map
  const startedWith = (config: string) => ({ command: container.words, config, version: version ?? undefined })
  return {
    connection,
    workload,
    object: map,
    label: `${nameOf(map)}, key ${key}`,
    text: written,
    revisions: readRevisions(text(map.annotations[revisionsAnnotation])),
    changedBy: place.configuration.changedBy,
    judge: (after) => [...judgeText(key, after, minor), ...overruledFields(startedWith(after), minor)],
    write: async (after, revisions, dryRun) => {
      const annotations = revisions === undefined ? {} : { annotations: { [revisionsAnnotation]: revisions } }
      const patch = { metadata: { resourceVersion, ...annotations }, data: { [key]: after } }
      const asked = { verb: 'patch', resource: resources.configMaps, namespace, name } as const
      await changeObject(connection, asked, patch, dryRun ? { dryRun: 'All' } : {})
    },
    reread: () => configMapSubject(connection, `${workload.namespace}/${workload.name}`),
    expected: (after) => expectedOf(startedWith(written), startedWith(after), minor),
    restart: () => 'marked',
  }
}

function notEditable({ configuration, file, workload }: Place): KpxError {
  const { key, object } = configuration
  if (workload.kind !== 'DaemonSet') {
    const message = `${nameOf(workload)} belongs to no DaemonSet: it is started by its node alone`
    return new KpxError('KPX2103', message, { fix: `change it where the node has it: ${object}` })
  }
  if (file.file === undefined) {
    return new KpxError('KPX2103', `the configuration is in flags of ${object}`, { fix: 'kpx edit daemonset' })
  }
  if (file.source?.kind !== 'ConfigMap') {
    return new KpxError('KPX2103', `the configuration is in ${object}, which kpx does not change`)
  }
  const keys = [...(file.map?.data.keys() ?? [])].join(', ')
  const has = file.map ? `has no key ${key}: it has ${keys === '' ? 'none' : keys}` : 'does not exist'
  return new KpxError('KPX2103', `${object}, which ${nameOf(workload)} mounts, ${has}`, {
    fix: 'look at the volumes of the DaemonSet: kpx edit daemonset',
  })
}
