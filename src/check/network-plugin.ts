/**
 * Network plugins that have to go with the mode. Sources: docs.tigera.io, nftables data plane (Calico's data plane and kube-proxy's mode have to
 * be alike; v3.29, and followed by itself from v3.32 on); amazon-vpc-cni-k8s releases (nftables from v1.23.0); learn.microsoft.com, Configure
 * kube-proxy in AKS (Azure Network Policy Manager and ipvs).
 */
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import type { Capture } from '../capture/capture.ts'
import { nameOf } from '../cluster/applied.ts'
import { object, text } from '../cluster/json.ts'
import type { Recognition } from '../platform/recognise.ts'
import { isBelow } from '../version.ts'
import { skipped, toAnyMode } from './check.ts'
import type { ClusterCheck } from './check.ts'
import { containerNamed, isUnseen, noDaemonSets, versionOf } from './daemon-set.ts'
import type { Container } from './daemon-set.ts'

export const networkPlugin: ClusterCheck = {
  codes: ['KPX4109'],
  needs: 'cluster',
  applies: toAnyMode,
  ofCluster: ({ question: { mode = '' }, recognition, scene: { capture } }) => {
    if (isUnseen(recognition)) return skipped(noDaemonSets)
    const calico = calicoIn(mode, recognition, capture)
    if (calico === undefined) return skipped("Calico's FelixConfiguration was not seen, which names its data plane")
    return [...calico, ...amazon(mode, recognition), ...azure(mode, recognition)]
  },
}

/** Undefined where its data plane is not told. */
function calicoIn(mode: string, recognition: Recognition, capture: Capture): Finding[] | undefined {
  const found = containerNamed(/\/calico-node$/, recognition)
  if (!found) return []
  const { container, set } = found
  const plane = container.env.get('FELIX_NFTABLESMODE') ?? planeIn(capture)
  if (plane === undefined) return undefined
  const isNftables = plane === 'Enabled' || (followsByItself(container) && plane !== 'Disabled' && mode === 'nftables')
  if (isNftables === (mode === 'nftables')) return []
  const message = `Calico's data plane is ${isNftables ? 'nftables' : 'iptables'} (nftablesMode ${plane || 'is not set'}), and has to be of the same kind as kube-proxy's mode`
  const wanted = mode === 'nftables' ? 'Enabled' : 'Disabled'
  const version = versionOf(container)
  const isOld = mode === 'nftables' && version !== undefined && isBelow(version, '3.29')
  return [
    {
      ...finding('KPX4109', { message, object: nameOf(set) }),
      fix: isOld
        ? `upgrade Calico ${version} to v3.29 or later, which has an nftables data plane, and change it together with the mode`
        : `change it together with the mode: nftablesMode: ${wanted} of FelixConfiguration default, or linuxDataplane of the operator's Installation`,
    },
  ]
}

/** Empty where it is not set. */
function planeIn(capture: Capture): string | undefined {
  const [felix] = capture.list('felixconfigurations') ?? []
  return felix === undefined ? undefined : text(object(object(felix)['spec'])['nftablesMode'])
}

function followsByItself(container: Container): boolean {
  const version = versionOf(container)
  return version !== undefined && !isBelow(version, '3.32')
}

function amazon(mode: string, recognition: Recognition): Finding[] {
  const found = mode === 'nftables' ? containerNamed(/\/aws-node$/, recognition) : undefined
  const version = found && versionOf(found.container)
  if (!found || version === undefined || !isBelow(version, '1.23')) return []
  const message = `the Amazon VPC CNI is ${version}, and goes with nftables mode from 1.23.0 on`
  return [{ ...finding('KPX4109', { message, object: nameOf(found.set) }), fix: 'upgrade the add-on vpc-cni first' }]
}

function azure(mode: string, recognition: Recognition): Finding[] {
  const found = mode === 'ipvs' ? containerNamed(/^azure-npm\//, recognition) : undefined
  if (!found) return []
  const message = 'Azure Network Policy Manager does not work with ipvs mode'
  const fix = 'choose iptables or nftables, or change the network policies to Cilium or Calico first'
  return [{ ...finding('KPX4109', { message, object: nameOf(found.set) }), fix }]
}
