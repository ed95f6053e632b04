/** `kpx cleanup`: what modes that do not run have left on the nodes, and what kpx has, is shown, agreed to, removed, and looked for again. */
import { finding } from '../../answer/finding.ts'
import type { Finding } from '../../answer/finding.ts'
import { chosenNodes } from '../../answer/lookup.ts'
import { sceneOf, seenOf } from '../../answer/scene.ts'
import type { Scene } from '../../answer/scene.ts'
import type { Capture } from '../../capture/capture.ts'
import { object } from '../../cluster/json.ts'
import { kubeProxyDaemonSets, kubeProxyPods } from '../../cluster/kube-proxy.ts'
import { pendingNode } from '../../cluster/rollout-record.ts'
import type { RolloutRecord } from '../../cluster/rollout-record.ts'
import { KpxError } from '../../error.ts'
import { whenInterrupted } from '../../interruption.ts'
import { systemNamespace } from '../../kube/role.ts'
import { whoAmI } from '../../kube/who-am-i.ts'
import { changeOf } from '../change.ts'
import type { Change, DryRun } from '../change.ts'
import { begun } from '../begun.ts'
import { Lease, refuseUnderWay } from '../lease.ts'
import { strategyOf } from '../template.ts'
import type { Dialog, Plan } from '../write.ts'
import { aboutOf, consequenceOf } from './consequence.ts'
import { diffOf } from './lines.ts'
import { cleanNode, plansIn } from './node.ts'
import type { Cleaning } from './node.ts'
import type { NodePlan } from './plan.ts'
import { deletePods, stalePods } from './pods.ts'
import type { StalePod } from './pods.ts'

export interface CleanupOptions {
  /** As the user typed it. */
  readonly command: string
  readonly dryRun: DryRun | null
  /** Those alone, where any are named. */
  readonly nodes: readonly string[] | undefined
}

/** All that is to be done. */
interface Cleanup {
  readonly nodes: readonly string[]
  readonly plans: readonly NodePlan[]
  readonly pods: readonly StalePod[]
}

/** Throws KPX1025 where it is not wanted, KPX5003 and KPX5004 where a rollout is under way, and KPX1011 to KPX1017. */
export async function cleanup(cleaning: Cleaning, options: CleanupOptions, { consent }: Dialog): Promise<Change> {
  const { connection, look } = cleaning
  const capture = await look()
  await refuseUnderWay(connection, namespacesOf(capture))
  const scene = sceneOf(capture)
  const planned = cleanupIn(scene, options.nodes)
  const change = planOf(planned, scene)
  const told = { ...changeOf({ ...change, dryRun: options.dryRun }), seen: seenOf(scene) }
  if (change.diff === '' || options.dryRun !== null) return told
  if (!(await consent(change))) throw new KpxError('KPX1025', 'nothing was changed, as it was not wanted')
  const troubles = await cleaned(cleaning, planned, capture, options)
  const changed = planned.plans.flatMap(({ node, removals }) => (removals.length > 0 ? [node] : []))
  const left = cleanupIn(sceneOf(await look(changed)), changed)
  return { ...told, changed: true, findings: [...change.findings, ...leftFindings(planned, left, troubles)] }
}

function cleanupIn(scene: Scene, asked: readonly string[] | undefined): Cleanup {
  const nodes = chosenNodes(asked, scene)
  return { nodes, plans: plansIn(scene, nodes), pods: stalePods(scene.capture, asked) }
}

function namespacesOf(capture: Capture): string[] {
  const own = kubeProxyDaemonSets(capture.list('daemonsets') ?? []).map(({ namespace }) => namespace)
  return [...new Set([...own, systemNamespace])]
}

function planOf({ nodes, plans, pods }: Cleanup, scene: Scene): Plan {
  const changed = plans.filter(({ removals }) => removals.length > 0)
  const diffs = changed.map(({ node, removals }) =>
    diffOf(
      node,
      removals.flatMap(({ lines }) => lines),
    ),
  )
  const podLines = pods.map(({ name, namespace }, i) => ({ file: 'pods', line: i + 1, text: `${namespace}/${name}` }))
  const named = changed.length > 0 ? changed.map(({ node }) => node) : nodes
  return {
    object: named.length > 3 ? `${named.length} Nodes` : `Node ${named.join(', Node ')}`,
    diff: [...diffs, ...(pods.length > 0 ? [diffOf('objects', podLines)] : [])].join(''),
    findings: plans.flatMap(planFindings),
    consequence: consequenceOf(changed, scene),
    about: aboutOf(changed, pods.length),
    question: 'Remove this?',
  }
}

function planFindings({ blind, node, stays }: NodePlan): Finding[] {
  if (blind !== undefined) return [finding('KPX5022', { node, message: blind })]
  return stays.map(({ line, what, why }) => {
    const evidence = line ? [{ node, ...line }] : []
    return finding('KPX5020', { node, message: `${what}: ${why}`, evidence })
  })
}

/** Node by node, with the Lease, so that no rollout begins meanwhile. What went wrong, by node. */
async function cleaned(
  cleaning: Cleaning,
  { plans, pods }: Cleanup,
  capture: Capture,
  options: CleanupOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { connection, progress } = cleaning
  const record = recordOf(capture, await whoAmI(connection), options)
  const lease = record && (await Lease.make(connection, record))
  const hold = async (): Promise<void> => lease?.hold()
  const troubles = new Map<string, readonly string[]>()
  let isStopping = false
  const working = (async (): Promise<void> => {
    try {
      await deletePods(connection, pods, progress)
      for (const plan of plans) {
        if (isStopping || plan.removals.length === 0) continue
        await hold()
        troubles.set(plan.node, await cleanNode({ ...cleaning, hold }, plan, capture))
      }
    } finally {
      await lease?.end()
    }
  })()
  const release = whenInterrupted(async () => {
    isStopping = true
    progress('stopping as soon as the node that is being cleaned up is done')
    await working.catch(() => undefined)
  })
  await working.finally(release)
  return troubles
}

/** Of a kpx that is killed meanwhile it says that nothing is left to roll out; undefined where no DaemonSet could ever be rolled out. */
function recordOf(capture: Capture, by: string, { command }: CleanupOptions): RolloutRecord | undefined {
  const [set] = kubeProxyDaemonSets(capture.list('daemonsets') ?? [])
  if (!set) return undefined
  const { name, namespace } = set
  const isOwn = (one: unknown): boolean => {
    const { metadata } = object(one)
    return object(metadata)['name'] === name && object(metadata)['namespace'] === namespace
  }
  const strategy = strategyOf(object([...(capture.list('daemonsets') ?? [])].find(isOwn)))
  const pods = [...kubeProxyPods(capture.list('pods') ?? []).values()]
  const own = pods.filter((pod) => pod.daemonSet === name && pod.namespace === namespace)
  return {
    ...begun(by, command, set),
    object: 'DaemonSet',
    text: null,
    strategy: { before: strategy, after: strategy },
    mark: null,
    options: { batch: '1', bridge: true, nodeTimeout: 0, pauseOnFailure: true },
    nodes: own.map(({ node }) => ({ ...pendingNode(node), state: 'done' })),
  }
}

/** Of what was planned, what another look still finds, or cannot look for. */
function leftFindings(planned: Cleanup, now: Cleanup, troubles: ReadonlyMap<string, readonly string[]>): Finding[] {
  const pods = now.pods.filter(({ name }) => planned.pods.some((one) => one.name === name))
  const gone = planned.plans.filter(({ removals }) => removals.length > 0)
  const ofNodes = gone.flatMap(({ node, stays }): Finding[] => {
    const plan = now.plans.find((one) => one.node === node)
    const left = plan?.removals ?? []
    // what nothing is found for any more that could take it away
    const stuck = plan?.stays.filter(({ what }) => !stays.some((one) => one.what === what)) ?? []
    if (plan?.blind === undefined && left.length + stuck.length === 0) return []
    const what = plan?.blind ?? [...left, ...stuck].map((one) => one.what).join(', ')
    const why = troubles.get(node)?.join('; ') ?? 'it was not cleaned up before kpx was stopped'
    const evidence = left.flatMap(({ lines }) => lines.slice(0, 1)).map((line) => ({ node, ...line }))
    return [finding('KPX5021', { node, message: why === '' ? what : `${what}: ${why}`, evidence })]
  })
  const ofPods = pods.map(({ name, namespace }) =>
    finding('KPX5021', { object: `Pod ${namespace}/${name}`, message: 'it is still there' }),
  )
  return [...ofNodes, ...ofPods]
}
