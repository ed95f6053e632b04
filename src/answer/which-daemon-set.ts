/** Where several DaemonSets run kube-proxy, the commands that change one ask which is meant: next steps say it. */
import { kubeProxyDaemonSets, kubeProxyPods } from '../cluster/kube-proxy.ts'
import type { Finding } from './finding.ts'
import type { Scene } from './scene.ts'

/** Those that take --daemonset, and have none: findings may be part of several answers. */
const changing =
  /\bkpx (?:config (?:restore|set|unset)|edit (?:configmap|daemonset)|mode set|rollout restart)\b(?! --daemonset)/g

/** Of a node that of its pod; where nothing tells which, a word to fill in. */
export function namingDaemonSet(findings: readonly Finding[], { capture }: Scene): readonly Finding[] {
  if (kubeProxyDaemonSets(capture.list('daemonsets') ?? []).length < 2) return findings
  const pods = kubeProxyPods(capture.list('pods') ?? [])
  const nameOf = ({ node, object }: Finding): string => {
    const pod = pods.get(node ?? '')
    return /^DaemonSet (.+)$/.exec(object ?? '')?.[1] ?? (pod?.daemonSet ? `${pod.namespace}/${pod.daemonSet}` : 'NAME')
  }
  return findings.map((one) => {
    const fix = one.fix?.replaceAll(changing, (command) => `${command} --daemonset ${nameOf(one)}`)
    return fix === undefined ? one : { ...one, fix }
  })
}
