/** Every check, by the file that it is in. */
import { acceptedMode } from './accepted-mode.ts'
import { apiAddress } from './api-address.ts'
import type { Check } from './check.ts'
import { claimedPorts } from './claimed-ports.ts'
import { comingMode } from './coming-mode.ts'
import { comingSkew } from './coming-skew.ts'
import { configuration } from './configuration.ts'
import { connections } from './connections.ts'
import { conntrackInvalid } from './conntrack-invalid.ts'
import { conntrackRoom } from './conntrack-room.ts'
import { conntrackSize } from './conntrack-size.ts'
import { debugPods } from './debug-pods.ts'
import { deprecation } from './deprecation.ts'
import { families } from './families.ts'
import { flushedRules } from './flushed-rules.ts'
import { foreignJumps } from './foreign-jumps.ts'
import { frozenConfiguration } from './frozen-configuration.ts'
import { healthPort } from './health-port.ts'
import { hostNft } from './host-nft.ts'
import { iptablesFlavours } from './iptables-flavours.ts'
import { iptablesScale } from './iptables-scale.ts'
import { ipvsAddresses } from './ipvs-addresses.ts'
import { ipvsKernel } from './ipvs-kernel.ts'
import { kubeProxy } from './kube-proxy.ts'
import { kubeletChains } from './kubelet-chains.ts'
import { leftBehind } from './left-behind.ts'
import { localhostKeyword } from './localhost-keyword.ts'
import { localhostNodePorts } from './localhost-node-ports.ts'
import { lostSettings } from './lost-settings.ts'
import { markDrop } from './mark-drop.ts'
import { masqueradeMark } from './masquerade-mark.ts'
import { metricsAddress } from './metrics-address.ts'
import { networkPlugin } from './network-plugin.ts'
import { nftablesKernel } from './nftables-kernel.ts'
import { nftablesModules } from './nftables-modules.ts'
import { nftablesScale } from './nftables-scale.ts'
import { nftablesTables } from './nftables-tables.ts'
import { nodeFirewall } from './node-firewall.ts'
import { nodeLocalDns } from './node-local-dns.ts'
import { nodePortAddresses } from './node-port-addresses.ts'
import { nodeReady } from './node-ready.ts'
import { owner } from './owner.ts'
import { platformMode } from './platform-mode.ts'
import { podAddresses } from './pod-addresses.ts'
import { readinessProbe } from './readiness-probe.ts'
import { removedMode } from './removed-mode.ts'
import { rules } from './rules.ts'
import { servedTwice } from './served-twice.ts'
import { staleConnections } from './stale-connections.ts'
import { strictArp } from './strict-arp.ts'
import { surge } from './surge.ts'
import { takenPorts } from './taken-ports.ts'
import { tools } from './tools.ts'
import { unfinishedRollout } from './unfinished-rollout.ts'
import { unservedAddresses } from './unserved-addresses.ts'
import { updateStrategy } from './update-strategy.ts'
import { windows } from './windows.ts'

/** Sorted by name. */
export const checks: readonly Check[] = [
  acceptedMode,
  apiAddress,
  claimedPorts,
  comingMode,
  comingSkew,
  configuration,
  connections,
  conntrackInvalid,
  conntrackRoom,
  conntrackSize,
  debugPods,
  deprecation,
  families,
  flushedRules,
  foreignJumps,
  frozenConfiguration,
  healthPort,
  hostNft,
  iptablesFlavours,
  iptablesScale,
  ipvsAddresses,
  ipvsKernel,
  kubeProxy,
  kubeletChains,
  leftBehind,
  localhostKeyword,
  localhostNodePorts,
  lostSettings,
  markDrop,
  masqueradeMark,
  metricsAddress,
  networkPlugin,
  nftablesKernel,
  nftablesModules,
  nftablesScale,
  nftablesTables,
  nodeFirewall,
  nodeLocalDns,
  nodePortAddresses,
  nodeReady,
  owner,
  platformMode,
  podAddresses,
  readinessProbe,
  removedMode,
  rules,
  servedTwice,
  staleConnections,
  strictArp,
  surge,
  takenPorts,
  tools,
  unfinishedRollout,
  unservedAddresses,
  updateStrategy,
  windows,
]
