/** A pod that kpx makes on a node to look at it, and deletes again: only with the user's consent. */
import { setTimeout as delay } from 'node:timers/promises'
import { timeOut } from '../api-failure.ts'
import type { Asked } from '../api-failure.ts'
import type { Connection } from '../connection.ts'
import { KpxError } from '../../error.ts'
import { whenInterrupted } from '../../interruption.ts'
import { getObject } from '../objects.ts'
import { resources } from '../resource.ts'
import type { ClusterNode } from './cluster-node.ts'
import { debugPod } from './debug-pod-manifest.ts'
import type { DebugPod } from './debug-pod-manifest.ts'
import { imageFor } from './debug-pod-image.ts'
import { inPod } from './in-pod.ts'
import { staleDebugPods } from './stale-debug-pods.ts'
import type { Access, NoWay, Way } from './way.ts'

export interface DebugPodOptions {
  /** --allow-debug-pods: nobody need be asked. */
  readonly allowed: boolean
  /** --debug-image. */
  readonly image: string | undefined
  /** Tells of the pods before they are made; resolves to whether they may be, or to why they may not. */
  readonly consent: (pods: readonly DebugPod[]) => Promise<true | string>
  /** Tells of a pod that an earlier run has left: it has been deleted, or why not. */
  readonly onStale: (pod: string, failure: string | undefined) => void
}

export function debugPodAccess(connection: Connection, pods: readonly unknown[], options: DebugPodOptions): Access {
  return {
    way: 'debug-pod',
    label: 'debug pod',
    async prepare(nodes) {
      const plans = new Map(nodes.map((node) => [node.name, planFor(node, pods, options.image)]))
      const manifests = [...plans.values()].flatMap((plan) => ('spec' in plan ? [plan] : []))
      const consent = manifests.length > 0 ? await options.consent(manifests) : ''
      if (options.allowed || consent === true) await removeStale(connection, pods, options.onStale)
      return async ({ name }) => {
        const plan = plans.get(name)
        if (plan === undefined || !('spec' in plan)) return plan
        return consent === true ? start(connection, plan) : { why: consent }
      }
    },
  }
}

/** Why none can be made, where none can. */
export function planFor(node: ClusterNode, pods: readonly unknown[], image = imageFor(node, pods)): DebugPod | NoWay {
  if (!node.ready) return { why: 'none can start, as the node is not Ready' }
  if (node.windows) return { why: 'none for Windows is known to kpx' }
  if (image === undefined) {
    return { why: 'no image of kube-proxy is known', fix: 'name one that has iptables: --debug-image IMAGE' }
  }
  return debugPod(node.name, image)
}

const placeOf = ({ name, namespace }: { readonly name: string; readonly namespace: string }) => ({
  resource: resources.pods,
  namespace,
  name,
})

/** One that cannot be deleted does not keep anybody from an answer. */
async function removeStale(
  connection: Connection,
  pods: readonly unknown[],
  onStale: DebugPodOptions['onStale'],
): Promise<void> {
  for (const stale of staleDebugPods(pods, Date.now())) {
    const failure = await connection.delete({ verb: 'delete', ...placeOf(stale) }).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    )
    onStale(`${stale.namespace}/${stale.name}`, failure)
  }
}

/** Throws KPX1013 to KPX1017 and KPX1021; then there is no pod, or the error says how to delete it. */
async function start(connection: Connection, pod: DebugPod): Promise<Way> {
  const place = placeOf(pod.metadata)
  const created = connection.create({ verb: 'create', ...place }, pod)
  const remove = async (): Promise<void> => {
    // whoever is refused has made nothing, and whoever is interrupted does not know yet
    await created.catch(() => undefined)
    await connection.delete({ verb: 'delete', ...place }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      const fix = `delete it: kubectl delete pod -n ${place.namespace} ${place.name}`
      throw new KpxError('KPX1021', `the debug pod is not deleted: ${why}`, { fix, cause: error })
    })
  }
  const release = whenInterrupted(remove)
  const close = async (): Promise<void> => {
    await remove()
    release()
  }
  try {
    await created
    const container = await runningContainer(connection, { verb: 'get', ...place })
    return inPod(connection, { namespace: place.namespace, pod: place.name, container }, { missing: new Set(), close })
  } catch (error) {
    const left = await close().catch((failure: unknown) => failure)
    const isMade = await created.then(
      () => true,
      () => false,
    )
    if (!isMade || !(error instanceof KpxError) || !(left instanceof KpxError)) throw error
    throw new KpxError('KPX1021', `${error.message}; ${left.message}`, { fix: left.fix, cause: error })
  }
}

interface Started {
  readonly status?: {
    readonly phase?: string
    readonly reason?: string
    readonly message?: string
    readonly containerStatuses?: readonly { readonly name: string; readonly state?: State }[]
  }
}

interface State {
  readonly running?: object
  readonly waiting?: Reason
  readonly terminated?: Reason
}

interface Reason {
  readonly reason?: string
  readonly message?: string
}

/** Milliseconds between two looks at a pod that starts. */
const pause = 300

/** The name of the first container that runs. Throws KPX1017 and KPX1021 where none will. */
async function runningContainer(connection: Connection, asked: Asked & { readonly name: string }): Promise<string> {
  const end = performance.now() + connection.patience
  for (;;) {
    const { status = {} } = (await getObject(connection, asked)) as Started
    const { containerStatuses = [], phase = 'no phase' } = status
    const running = containerStatuses.find(({ state }) => state?.running)
    if (running) return running.name
    const hindered = containerStatuses.flatMap(({ state }) => hindrance(state) ?? [])
    if (
      phase === 'Failed' ||
      phase === 'Succeeded' ||
      (hindered.length > 0 && hindered.length === containerStatuses.length)
    ) {
      const reasons = new Set(
        [status, ...hindered].map(({ message, reason }) => [reason, message].filter(Boolean).join(': ')),
      )
      const why = [...reasons].filter(Boolean).join('; ') || phase
      throw new KpxError('KPX1021', `pod ${asked.name} does not run: ${why}`)
    }
    const waits = containerStatuses[0]?.state?.waiting?.reason ?? phase
    if (performance.now() > end) throw timeOut(`pod ${asked.name} does not run yet (${waits})`, connection.patience)
    await delay(pause)
  }
}

/** Why a container has ended, or waits for what the kubelet will only try again and again. */
function hindrance(state: State | undefined): Reason | undefined {
  const { terminated, waiting } = state ?? {}
  const isHopeless =
    /^(ErrImage|ImagePullBackOff|ImageInspect|InvalidImageName|RegistryUnavailable|Create.*Error|RunContainerError)/.test(
      waiting?.reason ?? '',
    )
  return terminated ?? (isHopeless ? waiting : undefined)
}
