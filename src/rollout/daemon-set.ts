/** kube-proxy's DaemonSet as YAML, without what the API server alone writes. */
import { placeName, placeOf } from '../answer/config/place.ts'
import type { Place } from '../answer/config/place.ts'
import { judgeText, validateConfig } from '../answer/config/validate.ts'
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { appliedOf, nameOf } from '../cluster/applied.ts'
import type { Applied } from '../cluster/applied.ts'
import { object, text } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import { kubeProxyDaemonSets } from '../cluster/kube-proxy.ts'
import { readRevisions, revisionsAnnotation } from '../config/revisions.ts'
import { jsonOfYaml, yamlOfJson } from '../config/yaml-object.ts'
import type { StartedWith } from '../config/effective.ts'
import { KpxError } from '../error.ts'
import { minorOf, versionOfImage } from '../version.ts'
import type { Connection } from '../kube/connection.ts'
import { liveConfiguration } from '../kube/live-configuration.ts'
import { changeObject, getObject } from '../kube/objects.ts'
import { resources } from '../kube/resource.ts'
import { ownershipOf, recognitionOf } from '../platform/recognise.ts'
import { refusedByOwner, refusedByPlatform, settingsAs, writerOf } from './owner.ts'
import { expectedOf } from './running.ts'
import type { Expected } from './running.ts'
import { rereading } from './subject.ts'
import type { Asked, Found, Subject, Writing } from './subject.ts'
import { onDelete, strategyOf } from './template.ts'

/** Throws KPX2103 where no DaemonSet runs kube-proxy and nobody changes it in another way, KPX2106, and KPX1011 to KPX1017. */
export async function daemonSetSubject(connection: Connection, { daemonSet, force }: Asked): Promise<Found> {
  const capture = await liveConfiguration(connection)
  let place: Place
  try {
    place = placeOf(capture, daemonSet)
  } catch (error) {
    return refusedByPlatform(error, recognitionOf(capture), [])
  }
  const { workload } = place
  if (workload.kind === 'DaemonSet') return subjectAt(place, connection)
  const refused = force ? undefined : refusedByOwner(place, [])
  if (refused) return refused
  throw new KpxError('KPX2103', `${nameOf(workload)} belongs to no DaemonSet`)
}

const expectedWith = (after: Json, now: Json, place: Place): Expected =>
  expectedOf(startedWith(now, place), startedWith(after, place), minorIn(after, place))

async function subjectAt(place: Place, connection: Connection): Promise<Subject> {
  const { flags, recognition, workload: found } = place
  const { name, namespace } = found
  const asked = { resource: resources.daemonSets, namespace, name }
  const read = async (): Promise<Json> => object(await getObject(connection, { verb: 'get', ...asked }))
  const now = await read()
  const workload = appliedOf('DaemonSet', now)
  const written = editable(now)
  const expected = (after: string): Expected => expectedWith(object(jsonOfYaml(after)), now, place)
  return {
    connection,
    workload,
    sharing: [],
    flags,
    object: workload,
    label: nameOf(workload),
    text: written,
    fileName: `${name}.yaml`,
    revisions: readRevisions(text(workload.annotations[revisionsAnnotation])),
    recognition,
    ownership: ownershipOf(workload, recognition),
    settings: (after) => settingsAs(expected(after)),
    changedBy: null,
    judge: (after) => judge(after, place),
    holds: (other) => sameButStrategy(now, object(jsonOfYaml(other))),
    write: async (after, revisions, how) => {
      const kept = revisions ?? text(workload.annotations[revisionsAnnotation])
      const body = replacement(after, now, kept, how)
      const query = how === 'checked' ? { dryRun: 'All' } : {}
      return editable(object(await changeObject(connection, { verb: 'update', ...asked }, body, query)))
    },
    strategy: async (other) => strategyOf(object(jsonOfYaml(other))),
    reread: () => daemonSetSubject(connection, rereading(workload)),
    expected,
    writer: async () => writerOf('DaemonSet', await read()),
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
function replacement(after: string, now: Json, revisions: string, how: Writing): object {
  const { metadata, spec: wanted } = object(jsonOfYaml(after))
  const spec = how === 'held' ? { ...object(wanted), updateStrategy: onDelete } : wanted
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

/** What a rollout does to the strategy is not the text's. */
function sameButStrategy(now: Json, after: Json): boolean {
  const [own, other] = [now, after].map((set) => {
    const { updateStrategy: _strategy, ...spec } = object(set['spec'])
    return JSON.stringify([object(object(set['metadata'])['labels']), spec])
  })
  return own === other
}

const startedWith = (set: Json, place: Place): StartedWith => ({
  command: kubeProxyDaemonSets([set])[0]?.container.words ?? [],
  config: place.file.text,
  version: versionIn(set, place) ?? undefined,
})

/** Of the image that the DaemonSet has, be it another one than that of now. */
const versionIn = (set: Json, { version }: Place): string | null =>
  versionOfImage(kubeProxyDaemonSets([set])[0]?.container.image ?? '') ?? version

const minorIn = (set: Json, place: Place): number => minorOf(versionIn(set, place) ?? '') ?? place.minor

function judge(after: string, place: Place): Finding[] {
  const { file, minor, workload } = place
  const { name, namespace } = workload
  const read = (asked: number): readonly Finding[] =>
    validateConfig([{ name: `${name}.yaml`, bytes: Buffer.from(after) }], asked, 'never').findings
  if (read(minor).some(({ code }) => code === 'KPX2001')) return [...read(minor)]
  const set = object(jsonOfYaml(after))
  const metadata = object(set['metadata'])
  const isSame = set['kind'] === 'DaemonSet' && metadata['name'] === name && metadata['namespace'] === namespace
  const newMinor = minorIn(set, place)
  // another release may not take the configuration that this one takes
  const ofConfig = newMinor === minor ? [] : judgeText(placeName(place), file.text ?? '', newMinor)
  return [
    ...(isSame ? [] : [anotherObject(workload)]),
    ...read(newMinor),
    ...(file.text === undefined ? [] : ofConfig.filter(({ level }) => level === 'error')),
  ]
}

function anotherObject(workload: Applied): Finding {
  const object = nameOf(workload)
  const message = `the text must stay that of ${object}: kind, name and namespace cannot be edited`
  return { ...finding('KPX2105', { message, object }), fix: 'take them back to what they were' }
}
