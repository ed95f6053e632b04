/** Another program that serves the Services beside kube-proxy, and which differences come by what it has made on a node. */
import { outcomeSteps } from '../../evaluate/evaluate.ts'
import type { Step } from '../../evaluate/flow.ts'
import { recognitionOf } from '../../platform/recognise.ts'
import { parseIp } from '../../ruleset/address.ts'
import { kubeRouterDevice } from '../../ruleset/ipvs.ts'
import type { Interface } from '../../ruleset/network.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import type { Scene } from '../scene.ts'
import { servedTwice } from '../status/findings.ts'
import type { SeenNode } from '../status/node.ts'
import type { Met } from './causes.ts'

interface OtherProxy {
  readonly finding: Finding
  /** Whether a difference comes by it for certain. */
  readonly isIts: (met: Met) => boolean
}

/** By its objects in the API, or by kube-router's device on the node. */
export function otherProxy({ ruleset, status: { node, running } }: SeenNode, scene: Scene): OtherProxy | undefined {
  const [told] = servedTwice(recognitionOf(scene.capture))
  const device = ruleset?.interfaces.find(({ name }) => name === kubeRouterDevice)
  if (!told && !device) return undefined
  const message = told?.message ?? `kube-router's device ${kubeRouterDevice} is here beside kube-proxy`
  return {
    finding: finding('KPX4004', { node, message }),
    isIts: (met) => comesBy(met, running) || endsAt(met, device),
  }
}

/** As these programs call their chains; in iptables and nftables mode virtual servers are nothing of kube-proxy's. */
const chains = /^(?:ANTREA|KUBE-ROUTER|OVN-KUBE)-|^CILIUM_|^cali-/

const translates = /^(?:dnat|masquerade|snat)|picks/i

/** Its network policies are another matter: kube-router's chain for Services refuses what no virtual server has. */
function comesBy({ difference: { outcome } }: Met, mode: string | null): boolean {
  if (!outcome) return false
  const isIts = ({ chain, table }: Step): boolean => (table === 'ipvs' ? mode !== 'ipvs' : chains.test(chain))
  const steps = outcomeSteps(outcome).filter(({ action }) => translates.test(action))
  return steps.some(isIts) || outcome.end.by?.chain === 'KUBE-ROUTER-SERVICES'
}

/** What has a Service's address on kube-router's device is no packet to forward any more. */
function endsAt({ difference: { outcome }, packet: { frontend } }: Met, device: Interface | undefined): boolean {
  const ip = frontend.ip === null ? undefined : parseIp(frontend.ip)
  return outcome?.verdict === 'local' && device?.addresses.some((address) => address.ip === ip) === true
}
