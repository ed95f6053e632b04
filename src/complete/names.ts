/** Names that a cluster, a capture or a kubeconfig has, in the forms in which commands take them. */
import type { Line } from './line.ts'
import { nothing, words } from './completion.ts'
import type { Completion } from './completion.ts'

type NameKind = 'contexts' | 'daemonsets' | 'nodes' | 'pods' | 'revisions' | 'services'

/** What is wanted, and the flags that say of whom. */
export interface Wanted {
  readonly kind: NameKind
  /** Undefined for all. */
  readonly namespace: string | undefined
  readonly flags: Line['flags']
}

/** Those of pods and Services with their namespaces: `shop/web`. What cannot be had is left out, without a word. */
export type Names = (wanted: Wanted) => Promise<readonly string[]>

/** What may stand at the end of a line. */
export type Source = (line: Line, names: Names) => Completion | Promise<Completion>

const all =
  (kind: NameKind): Source =>
  async ({ flags }, names) =>
    words(await names({ kind, namespace: undefined, flags }))

export const contexts = all('contexts')
/** Of those that run kube-proxy. */
export const daemonSets = all('daemonsets')
export const nodes = all('nodes')
export const revisions = all('revisions')

/** Of Services: those are what the commands look at. */
export const namespaces: Source = async ({ flags }, names) => {
  const services = await names({ kind: 'services', namespace: undefined, flags })
  return words([...new Set(services.map((name) => name.split('/')[0] ?? ''))])
}

/** `NAME` of the namespace that is meant, `NAMESPACE/NAME`, and `service/NAMESPACE/NAME` where it begins so. */
const named =
  (kind: 'pods' | 'services', prefix: string): Source =>
  async ({ current, flags }, names) => {
    const namespace = current.includes('/') ? undefined : flags.get('namespace')
    const found = await names({ kind, namespace, flags })
    if (current.startsWith(prefix)) return words(found.map((name) => prefix + name))
    const own = `${namespace ?? 'default'}/`
    const bare = found.filter((name) => name.startsWith(own)).map((name) => name.slice(own.length))
    return words(namespace === undefined ? [...bare, ...found] : bare)
  }

export const pods = named('pods', 'pod/')
export const services = named('services', 'service/')

/** One of several kinds, each with its prefix: first that is chosen. */
const byPrefix =
  (prefixes: Readonly<Record<string, readonly [kind: NameKind, end: string]>>): Source =>
  async ({ current, flags }, names) => {
    const prefix = /^[^/]*\//.exec(current)?.[0]
    if (prefix === undefined) return words(Object.keys(prefixes))
    const [kind, end] = prefixes[prefix] ?? []
    if (kind === undefined) return nothing
    const found = await names({ kind, namespace: undefined, flags })
    return words(found.map((name) => `${prefix}${name}${end}`))
  }

export const packetSources = byPrefix({ 'pod/': ['pods', ''], 'node/': ['nodes', ''], 'outside/': ['nodes', ''] })
/** The port of a node is to be typed. */
export const packetDestinations = byPrefix({ 'service/': ['services', ''], 'node/': ['nodes', ':'] })
