/** `kpx version`: of kpx and what it knows, of the API server, and of each node's kube-proxy and kubelet. */
import type { Capture } from '../capture/capture.ts'
import { Cluster } from '../cluster/cluster.ts'
import { object, text } from '../cluster/json.ts'
import { kubeProxyPods } from '../cluster/kube-proxy.ts'
import { newestMinor, oldestMinor } from '../config/version.ts'
import type { KpxError } from '../error.ts'
import { modes, standingOf } from '../modes.ts'
import type { Mode } from '../modes.ts'
import type { Finding } from './finding.ts'
import { kubeProxyVersion } from './status/kube-proxy-version.ts'
import { skewOf } from './status/skew.ts'

interface Client {
  readonly version: string
  /** `linux-x64`. */
  readonly platform: string
  /** Node.js: `v20.20.2`. */
  readonly node: string
}

interface ClusterVersions {
  /** `v1.37.1`; null where it was not recorded. */
  readonly server: string | null
  readonly nodes: readonly {
    readonly node: string
    /** Of kube-proxy; null where it is not known, and where no pod runs it. */
    readonly version: string | null
    readonly kubelet: string | null
  }[]
}

export interface Versions {
  readonly apiVersion: 'kpx/v1'
  readonly kind: 'Version'
  readonly client: Client
  /** What kpx knows of kube-proxy: the releases, and the modes with where they stand in the newest; those that it can evaluate. */
  readonly kubeProxy: {
    readonly oldest: string
    readonly newest: string
    readonly modes: readonly { readonly mode: Mode['name']; readonly standing: string; readonly evaluated: boolean }[]
  }
  /** Null where none was asked, or did not answer. */
  readonly cluster: ClusterVersions | null
  /** Why it did not answer. */
  readonly failure: Pick<KpxError, 'code' | 'fix' | 'message'> | null
  readonly findings: readonly Finding[]
}

/** `asked` is the cluster, or why it cannot be asked; undefined where it is not to be. */
export function versionsOf(client: Client, asked: Capture | KpxError | undefined): Versions {
  const failure = asked instanceof Error ? asked : null
  const seen = asked === undefined || failure ? undefined : seenIn(asked as Capture)
  return {
    apiVersion: 'kpx/v1',
    kind: 'Version',
    client,
    kubeProxy: {
      oldest: `1.${oldestMinor}`,
      newest: `1.${newestMinor}`,
      modes: modes.map((mode) => ({
        mode: mode.name,
        standing: standingOf(mode),
        evaluated: mode.name !== 'userspace',
      })),
    },
    cluster: seen?.cluster ?? null,
    failure: failure && { code: failure.code, message: failure.message, fix: failure.fix },
    findings: seen?.findings ?? [],
  }
}

function seenIn(capture: Capture): { readonly cluster: ClusterVersions; readonly findings: readonly Finding[] } {
  const pods = kubeProxyPods(capture.list('pods') ?? [])
  const all = new Cluster(capture)
  const names = [...new Set([...all.nodes.map(({ name }) => name), ...capture.nodes])].sort()
  const nodes = names.map((node) => ({
    node,
    version: kubeProxyVersion(node, pods.get(node), capture) ?? null,
    kubelet: all.node(node)?.kubeletVersion || null,
  }))
  const [version] = capture.list('version') ?? []
  const server = text(object(version)['gitVersion']) || null
  const findings = nodes.flatMap((one) => skewOf(one, server, { node: one.node, object: null }) ?? [])
  return { cluster: { server, nodes }, findings }
}
