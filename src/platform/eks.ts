/** What the ways of EKS share. Sources: docs.aws.amazon.com/eks, kube-proxy add-on; the JSON schema of its configuration values. */
import { commonLabel, marked } from './evidence.ts'
import type { ModeVerdicts } from './platform.ts'
import { modesOf } from './mode.ts'
import type { PlatformScene } from './scene.ts'

export const computeType = 'eks.amazonaws.com/compute-type'

/** As eksctl labels nodes; others do not tell it. */
export const clusterName = ({ nodes }: PlatformScene): string =>
  commonLabel(nodes, 'labels', 'alpha.eksctl.io/cluster-name') ?? 'CLUSTER'

export const clusterNote = (scene: PlatformScene): string[] =>
  clusterName(scene) === 'CLUSTER' ? ['CLUSTER is yours to fill in: aws eks list-clusters'] : []

export const eksModes = (scene: PlatformScene): ModeVerdicts =>
  modesOf(scene, {
    nftables: scene.minor < 33 ? `EKS takes nftables from Kubernetes 1.33 on, and this is 1.${scene.minor}` : undefined,
  })

/** Nodes whose kube-proxy, if there is one, is AWS's own. */
export function nodesOfAws({ nodes }: PlatformScene): string {
  const auto = marked(nodes, 'labels', computeType, (type) => type === 'auto')
  const fargate = marked(nodes, 'labels', computeType, (type) => type === 'fargate')
  return [
    ...auto.map((what) => `; on nodes of Auto Mode (${what}) it is AWS's, and cannot be seen`),
    ...fargate.map((what) => `; on nodes of Fargate (${what}) there is none`),
  ].join('')
}
