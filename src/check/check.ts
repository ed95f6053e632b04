/** What a check is: one pitfall, or a few that the same evidence tells of. */
import type { Finding } from '../answer/finding.ts'
import { kubeProxyDaemonSets } from '../cluster/kube-proxy.ts'
import type { KubeProxyDaemonSet } from '../cluster/kube-proxy.ts'
import type { Code } from '../codes.ts'
import type { Mode } from '../modes.ts'
import type { CheckedNode, Subject } from './subject.ts'

/** What is asked of a cluster. */
export interface Question {
  /** The mode that kube-proxy is to run in; undefined where it stays as it is. */
  readonly mode: Mode['name'] | undefined
  /** The minor release that is to be installed; undefined where none is. */
  readonly kubernetes: number | undefined
  /** Whether everything is asked for, and not what stands against the mode alone. */
  readonly isWhole?: boolean
}

/**
 * What has to be seen: manifests of kube-proxy alone, the API's objects, kube-proxy's own metrics, or a node's rules and tools.
 * Sorted by what it takes to see it.
 */
export const groups = ['static', 'cluster', 'metrics', 'node'] as const
export type Group = (typeof groups)[number]

/** Why a check could not look, and what it had found before. */
export interface Skipped {
  readonly skipped: string
  readonly found?: readonly Finding[]
}

/** None where all is well. */
export type Checked = Skipped | readonly Finding[]

interface CheckBase {
  /** What it may find. */
  readonly codes: readonly Code[]
  readonly needs: Group
  readonly applies: (question: Question) => boolean
  /** Whether the answer stays open where it could not look. */
  readonly decisive?: true
}

/** Of each node by itself: its findings need not name the node. */
export interface NodeCheck extends CheckBase {
  readonly ofNode: (node: CheckedNode, subject: Subject) => Checked
}

/** Of the cluster as a whole. */
export interface ClusterCheck extends CheckBase {
  readonly ofCluster: (subject: Subject) => Checked
}

export type Check = ClusterCheck | NodeCheck

export const skipped = (why: string): Skipped => ({ skipped: why })

export const noConfiguration = skipped("kube-proxy's configuration was not seen")

/** Of checks of each DaemonSet of kube-proxy. */
export const ofDaemonSets =
  (look: (set: KubeProxyDaemonSet) => readonly Finding[]) =>
  ({ scene: { capture } }: Subject): Checked => {
    const sets = kubeProxyDaemonSets(capture.list('daemonsets') ?? [])
    return sets.length === 0 ? skipped('no DaemonSet of kube-proxy was seen') : sets.flatMap(look)
  }

/** Of checks that are about one mode. */
export const toMode =
  (...modes: readonly Mode['name'][]) =>
  ({ mode }: Question): boolean =>
    mode !== undefined && modes.includes(mode)

/** Of checks of what is so in any mode, whatever is asked. */
export const always = ({ mode }: Question): boolean => mode !== 'userspace'

/** Of checks that are no part of the question whether the mode may change. */
export const whole = ({ isWhole = false, mode }: Question): boolean => isWhole && mode !== 'userspace'

/** Of checks of every change of the mode to one that there is. */
export const toAnyMode = toMode('iptables', 'ipvs', 'nftables')
