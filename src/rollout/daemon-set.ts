/** kube-proxy's DaemonSet as YAML, without what the API server alone writes. */
import { placeOf } from '../answer/config/place.ts'
import { validateConfig } from '../answer/config/validate.ts'
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { appliedOf } from '../cluster/applied.ts'
import { object, text } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import { kubeProxyDaemonSets } from '../cluster/kube-proxy.ts'
import { readRevisions, revisionsAnnotation } from '../config/revisions.ts'
import { jsonOfYaml, yamlOfJson } from '../config/yaml-object.ts'
import type { StartedWith } from '../config/effective.ts'
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { liveConfiguration } from '../kube/live-configuration.ts'
import { changeObject, getObject } from '../kube/objects.ts'
import { resources } from '../kube/resource.ts'
import { expectedOf } from './running.ts'
import { nameOf } from './subject.ts'
import type { Subject } from './subject.ts'

/** Throws KPX2103 where no DaemonSet runs kube-proxy, KPX2106, and KPX1011 to KPX1017. */
export async function daemonSetSubject(connection: Connection, named: string | undefined): Promise<Subject> {
  const { file, minor, version, workload: found } = placeOf(await liveConfiguration(connection), named)
  const { name, namespace } = found
  if (found.kind !== 'DaemonSet') throw new KpxError('KPX2103', `${nameOf(found)} belongs to no DaemonSet`)
  const asked = { resource: resources.daemonSets, namespace, name }
  const now = object(await getObject(connection, { verb: 'get', ...asked }))
  const workload = appliedOf('DaemonSet', now)
  const written = editable(now)
  const startedWith = (set: Json): StartedWith => ({
    command: kubeProxyDaemonSets([set])[0]?.container.words ?? [],
    config: file.text,
    version: version ?? undefined,
  })
  return {
    connection,
    workload,
    object: workload,
    label: nameOf(workload),
    text: written,
    revisions: readRevisions(text(workload.annotations[revisionsAnnotation])),
    changedBy: null,
    judge: (after) => judge(after, workload, minor),
    write: async (after, revisions, dryRun) => {
      const kept = revisions ?? text(workload.annotations[revisionsAnnotation])
      const body = replacement(after, now, kept)
      await changeObject(connection, { verb: 'update', ...asked }, body, dryRun ? { dryRun: 'All' } : {})
    },
    reread: () => daemonSetSubject(connection, `${namespace}/${name}`),
    expected: (after) => expectedOf(startedWith(now), startedWith(object(jsonOfYaml(after))), minor),
    restart: (after) => (sameTemplate(now, object(jsonOfYaml(after))) ? 'none' : 'itself'),
  }
}

/** What a person may change: what the server writes is left out, and so are kpx's revisions. */
function editable({ apiVersion = 'apps/v1', kind = 'DaemonSet', metadata, spec }: Json): string {
  const { annotations, labels, name, namespace } = object(metadata)
  const { [revisionsAnnotation]: _revisions, ...shown } = object(annotations)
  return yamlOfJson({ apiVersion, kind, metadata: { name, namespace, labels, annotations: shown }, spec })
}

/** The object with the text's labels, annotations and spec; the rest of its metadata stays. */
function replacement(after: string, now: Json, revisions: string): object {
  const { metadata, spec } = object(jsonOfYaml(after))
  const { annotations, labels } = object(metadata)
  const { managedFields: _fields, ...kept } = object(now['metadata'])
  const own = revisions === '' ? {} : { [revisionsAnnotation]: revisions }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { ...kept, labels, annotations: { ...object(annotations), ...own } },
    spec,
  }
}

const templateOf = (set: Json): unknown => object(set['spec'])['template']

const sameTemplate = (now: Json, after: Json): boolean =>
  JSON.stringify(templateOf(now)) === JSON.stringify(templateOf(after))

function judge(
  after: string,
  { name, namespace }: { readonly name: string; readonly namespace: string },
  minor: number,
): Finding[] {
  const file = `${name}.yaml`
  const { findings } = validateConfig([{ name: file, bytes: Buffer.from(after) }], minor, 'never')
  if (findings.some(({ code }) => code === 'KPX2001')) return [...findings]
  const set = object(jsonOfYaml(after))
  const metadata = object(set['metadata'])
  const isSame = set['kind'] === 'DaemonSet' && metadata['name'] === name && metadata['namespace'] === namespace
  const message = `the text must stay that of DaemonSet ${namespace}/${name}: kind, name and namespace cannot be edited`
  return isSame
    ? [...findings]
    : [finding('KPX2105', { message, object: `DaemonSet ${namespace}/${name}` }), ...findings]
}
