/** Finding objects by the names that users type; a name that leads nowhere is an error that says what there is. */
import { qualified } from '../cluster/objects.ts'
import type { Pod, Service } from '../cluster/objects.ts'
import { parseSelector } from '../cluster/selector.ts'
import { KpxError } from '../error.ts'
import { nearestFew } from '../nearest.ts'
import { parseBracketedIp, parseIpPort } from '../ruleset/address.ts'
import { nodeNames } from './scene.ts'
import type { Scene } from './scene.ts'

interface Named {
  readonly namespace: string
  readonly name: string
}

/** `NAME`, `NAMESPACE/NAME`, or as `-o name` prints it: `service/NAMESPACE/NAME`. Throws KPX1001 for anything else. */
export const serviceName = (text: string, namespace: string): Named =>
  named(text, text.replace(/^(?:service|svc)\/(?=[^/]+\/)/, ''), namespace, 'Service')

/** `NAME`, `NAMESPACE/NAME` or `pod/NAMESPACE/NAME`. Throws KPX1001 for anything else; an address is asked for elsewhere. */
export function podName(text: string, namespace: string): Named {
  const ip = parseIpPort(text)?.ip ?? parseBracketedIp(text)
  if (ip === undefined) return named(text, text.replace(/^(?:pod|po)\/(?=[^/]+\/)/, ''), namespace, 'pod')
  throw new KpxError('KPX1001', `"${text}" is an address, not a name of a pod`, {
    fix: `ask what it is: kpx explain address ${text}`,
  })
}

function named(text: string, path: string, namespace: string, kind: string): Named {
  const parts = path.split('/')
  const [name = '', own = namespace] = parts.toReversed()
  // a port is no part of it: every answer is about all of them
  if (parts.length > 2 || name === '' || own === '' || name.includes(':')) {
    throw new KpxError('KPX1001', `"${text}" is no name of a ${kind}`, { fix: 'write NAME or NAMESPACE/NAME' })
  }
  return { name, namespace: own }
}

/** Throws KPX1005 when there is no such Service, KPX1009 when none were recorded. */
export const findService = (namespace: string, name: string, scene: Scene): Service =>
  find('Service', namespace, name, recordedServices(scene), scene.capture.path)

/** `kind` is what the name may have meant. Throws KPX1005 when there is no such pod, KPX1009 when none were recorded. */
export const findPod = (namespace: string, name: string, scene: Scene, kind = 'pod'): Pod =>
  podAmong(scene.cluster.pods, namespace, name, scene, kind)

/** The same for one that may have ended. */
export const findAnyPod = (namespace: string, name: string, scene: Scene): Pod =>
  podAmong([...scene.cluster.pods, ...scene.cluster.endedPods], namespace, name, scene, 'pod')

function podAmong(
  pods: readonly Pod[],
  namespace: string,
  name: string,
  { capture, cluster }: Scene,
  kind: string,
): Pod {
  if (!cluster.isRecorded('pods')) throw notRecorded('pods', capture.path)
  return find(kind, namespace, name, pods, capture.path)
}

/** Throws KPX1009 when the Services were not recorded, which is not the same as there being none. */
export function recordedServices({ capture, cluster }: Scene): readonly Service[] {
  if (!cluster.isRecorded('services')) throw notRecorded('services', capture.path)
  return cluster.services
}

/** Throws KPX1009 for a list that the answer cannot do without. */
export function needLists(names: readonly ('endpointslices' | 'nodes')[], { capture, cluster }: Scene): void {
  for (const name of names) if (!cluster.isRecorded(name)) throw notRecorded(name, capture.path)
}

/** The Services of a namespace, or all, that have the labels. Throws KPX1005 where there is none, KPX1009 when none were recorded. */
export function servicesOf(namespace: string | undefined, scene: Scene, selector = ''): readonly Service[] {
  const all = recordedServices(scene)
  const own = namespace === undefined ? all : all.filter((service) => service.namespace === namespace)
  if (namespace !== undefined && own.length === 0) {
    const namespaces = [...new Set(all.map((service) => service.namespace))]
    throw new KpxError('KPX1005', `there are no Services in namespace ${shown(namespace)}`, {
      fix: namespaces.length > 0 ? chooseOne(namespaces) : 'the recording has no Services at all',
    })
  }
  if (selector === '') return own
  const isSelected = parseSelector(selector)
  const selected = own.filter(({ labels }) => isSelected(labels))
  if (selected.length > 0) return selected
  throw new KpxError('KPX1005', `no Service has the labels ${shown(selector)}`, { fix: 'leave out -l to see all' })
}

/** Those of the names, or as servicesOf has them where there are none. Throws as findService. */
export const namedServices = (
  names: readonly string[],
  namespace: string | undefined,
  scene: Scene,
  selector: string | undefined,
): readonly Service[] =>
  names.length === 0
    ? servicesOf(namespace, scene, selector)
    : names.map((text) => {
        const named = serviceName(text, namespace ?? 'default')
        return findService(named.namespace, named.name, scene)
      })

export const chooseOne = (names: readonly string[]): string => `choose one of ${firstOf(names, 'or')}`

/** The first of many: a cluster may have thousands. */
export function firstOf(names: readonly string[], word: 'and' | 'or'): string {
  const more = names.length - mostOffered
  return `${names.slice(0, mostOffered).join(', ')}${more > 0 ? ` ${word} ${more} more` : ''}`
}

const mostOffered = 10

/** A name as messages repeat it. The API's longest has 253 characters. */
const shown = (name: string): string => (name.length > 253 ? `${name.slice(0, 50)}...` : name)

const notRecorded = (what: string, path: string): KpxError =>
  new KpxError('KPX1009', `${path} has no list of ${what} in objects/${what}.json`)

/** Throws KPX1005 when neither the cluster nor the recording has the node. */
export function findNode(name: string, scene: Scene): string {
  const names = nodeNames(scene)
  if (names.includes(name)) return name
  throw new KpxError('KPX1005', `${scene.capture.path} has no node ${shown(name)}`, {
    fix: names.length > 0 ? chooseOne(names) : 'record nodes/NODE/ or objects/nodes.json',
  })
}

/** The nodes that the user named, or all that the recording has. Throws KPX1005 for one that is not there. */
export const chosenNodes = (names: readonly string[] | undefined, scene: Scene): string[] =>
  names?.length ? [...new Set(names)].map((name) => findNode(name, scene)) : [...scene.network.nodes.keys()]

function find<T extends Named>(kind: string, namespace: string, name: string, all: readonly T[], path: string): T {
  const found = all.find((one) => one.namespace === namespace && one.name === name)
  if (found) return found
  const elsewhere = all.find((one) => one.name === name)
  if (elsewhere) {
    throw new KpxError('KPX1005', `there is no ${kind} ${name} in namespace ${shown(namespace)}`, {
      fix: `it is in another namespace: -n ${elsewhere.namespace}`,
    })
  }
  const near = nearestFew(name, all).map(qualified)
  const message = `there is no ${kind} ${shown(name)} in namespace ${shown(namespace)} of ${path}`
  throw new KpxError('KPX1005', message, near.length > 0 ? { fix: `did you mean ${near.join(' or ')}?` } : {})
}
