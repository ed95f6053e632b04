/** What is wrong with a node's kube-proxy, and what to do. */
import { nameOf } from '../../cluster/applied.ts'
import type { Code } from '../../codes.ts'
import type { Recognition } from '../../platform/recognise.ts'
import { loggedErrors } from '../../decode/klog.ts'
import { bridgesIn, isAtWork } from '../bridge.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../scene.ts'
import { remedyFor } from './cleanup.ts'
import type { SeenNode } from './node.ts'
import { skewOf } from './skew.ts'
import { logged, syncTrouble } from './sync.ts'

/** What statusOf looks for. */
export const statusFindingCodes: readonly Code[] = [
  'KPX2101',
  'KPX2102',
  'KPX3007',
  'KPX3008',
  'KPX3009',
  'KPX3010',
  'KPX3020',
  'KPX4001',
  'KPX4004',
]

/** `others`: whether other nodes have a pod of kube-proxy. */
export const statusFindings = (seen: SeenNode, server: string | null, others: boolean, { capture }: Scene): Finding[] =>
  [
    others ? noPod(seen) : undefined,
    notRunning(seen),
    outOfStep(seen, capture.takenAt),
    notProgrammed(seen),
    otherMode(seen),
    ...leftoversOf(seen),
    bridgeOf(seen),
    olderThanConfig(seen),
    skewOf(seen.status, server, aboutAll(seen)),
  ].flatMap((one) => one ?? [])

/** Two programs for the same work. */
export const servedTwice = ({ found, scene }: Recognition): Finding[] =>
  found
    .filter(({ platform }) => platform.kind === 'none' && scene.kubeProxies.length > 0)
    .map(({ evidence, platform }) => {
      const names = [...new Set(scene.kubeProxies.map(({ object }) => nameOf(object)))]
      const [first = '', ...others] = names
      const more = others.length === 0 ? '' : ` and ${others.length} more`
      const message = `${platform.name} serves the Services (${evidence.join('; ')}), and kube-proxy runs beside it: ${first}${more}`
      return finding('KPX4004', { message, object: first })
    })

/** One message for all nodes that are alike: it does not name them. */
const about = ({ pod, status: { node } }: SeenNode): Pick<Finding, 'node' | 'object'> => ({
  node,
  object: pod ? `Pod ${pod.namespace}/${pod.pod}` : null,
})

const aboutAll = ({ object, status: { node } }: SeenNode): Pick<Finding, 'node' | 'object'> => ({
  node,
  object: object ? nameOf(object) : null,
})

function noPod({ pod, status: { node } }: SeenNode): Finding | undefined {
  if (pod) return undefined
  return finding('KPX3008', { node, message: 'no pod of kube-proxy is here, though other nodes have one' })
}

function notRunning(seen: SeenNode): Finding | undefined {
  const { files, pod, status } = seen
  if (!pod || pod.ready) return undefined
  const restarts = pod.restarts === 0 ? '' : `, started again ${pod.restarts === 1 ? 'once' : `${pod.restarts} times`}`
  const said = lastWords(seen)
  const state = pod.waiting ? `does not run: ${pod.waiting.reason}` : 'is not ready'
  return {
    ...finding('KPX3008', {
      ...about(seen),
      message: `its container ${state}${restarts}${said === '' ? '' : `: ${said}`}`,
      evidence: logged(files.log, status.node),
    }),
    fix: `look at what it says: kubectl logs -n ${pod.namespace} ${pod.pod}${pod.restarts === 0 ? '' : ' --previous'}`,
  }
}

/** The last line of what the container said as it ended, else the last error of its log. */
function lastWords({ files: { log }, pod }: SeenNode): string {
  const [ended = ''] = pod?.waiting?.message.split('\n').slice(-1) ?? []
  return ended === '' && log ? (loggedErrors(log).at(-1)?.message ?? '') : ended
}

function outOfStep(seen: SeenNode, takenAt: string | undefined): Finding | undefined {
  const { node } = seen.status
  const trouble = syncTrouble(seen.files, node, takenAt)
  if (!trouble) return undefined
  return finding('KPX3009', { ...about(seen), message: trouble.what.join('; '), evidence: trouble.evidence })
}

function notProgrammed(seen: SeenNode): Finding | undefined {
  const { ruleset, status } = seen
  const { programmed, running } = status
  const isTold = running === 'iptables' || running === 'ipvs' || running === 'nftables'
  // the kernel's virtual servers may not have been recorded
  if (!isTold || programmed === null || (running === 'ipvs' && ruleset?.virtualServers === undefined)) return undefined
  if (programmed.includes(running)) return undefined
  const message = `kube-proxy runs in ${running} mode, and there are no rules of that mode for Services`
  return finding('KPX3010', { ...about(seen), message })
}

function otherMode(seen: SeenNode): Finding | undefined {
  const { config, configCurrent, running } = seen.status
  if (running === null || config.effective === null || running === config.effective) return undefined
  const found = finding('KPX2102', {
    ...aboutAll(seen),
    field: 'mode',
    message: `kube-proxy runs in ${running} mode, and ${config.object ?? 'its configuration'} asks for ${config.effective} (${config.why})`,
  })
  return configCurrent === false ? { ...found, fix: restartOf(seen) } : found
}

function leftoversOf(seen: SeenNode): Finding[] {
  const { leftovers, node, running, version } = seen.status
  const left = leftovers ?? []
  const modes = [...new Set(left.flatMap(({ active, mode }) => (active ? [mode] : [])))]
  return modes.map((mode) => {
    const own = left.filter((one) => one.mode === mode)
    const what = own.map((one) => one.what).join(', ')
    return {
      ...finding('KPX3007', {
        node,
        message: `kube-proxy runs in ${running} mode; of ${mode} mode there are ${what}`,
        evidence: own.flatMap(({ evidence }) => evidence),
      }),
      fix: remedyFor(mode, running ?? '', version ?? undefined),
    }
  })
}

function bridgeOf({ ruleset, status: { node } }: SeenNode): Finding | undefined {
  const tables = ruleset ? bridgesIn(ruleset) : []
  if (tables.length === 0) return undefined
  const names = tables.map(({ family, name }) => `${family} ${name}`)
  const evidence = tables.map(({ at }, index) => ({ node, ...at, text: `table ${names[index]}` }))
  const does = tables.some(isAtWork)
    ? 'translates what no other rule does'
    : 'does nothing any more, for its time is over'
  return finding('KPX3020', { node, message: `nft has ${names.join(' and ')}, which ${does}`, evidence })
}

function olderThanConfig(seen: SeenNode): Finding | undefined {
  const { configuration, status } = seen
  if (status.configCurrent !== false) return undefined
  const changed = `${configuration?.object ?? 'the configuration'} was changed, at ${configuration?.changedAt ?? '?'}`
  const by = configuration?.changedBy ? ` by ${configuration.changedBy}` : ''
  return {
    ...finding('KPX2101', { ...aboutAll(seen), message: `kube-proxy was started before ${changed}${by}` }),
    fix: restartOf(seen),
  }
}

const restartOf = ({ pod }: SeenNode): string =>
  pod?.daemonSet === undefined
    ? 'look at what changed, then start kube-proxy anew on that node'
    : `look at what changed, then restart the pods: kpx rollout restart; or without its checks: kubectl rollout restart -n ${pod.namespace} daemonset/${pod.daemonSet}`
