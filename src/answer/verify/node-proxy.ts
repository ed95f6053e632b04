/** What decides about packets of a node's kube-proxy, from what was seen of it. */
import type { NodeProxy, ProxyGate, ProxyMode, ProxySettings } from '../../cluster/expected/node-proxy.ts'
import { effectiveSettings } from '../../config/effective.ts'
import { gateIsOn } from '../../config/gates.ts'
import type { Settings } from '../../config/settings.ts'
import { asList } from '../../config/value.ts'
import { newestMinor } from '../../config/version.ts'
import { parseIp } from '../../ruleset/address.ts'
import { minorOf } from '../../version.ts'
import { configFileOf } from '../../platform/config-file.ts'
import { modeOf } from '../mode.ts'
import type { Scene } from '../scene.ts'
import type { SeenNode } from '../status/node.ts'

const gates: readonly ProxyGate[] = [
  'LoadBalancerIPMode',
  'PreferSameTrafficDistribution',
  'ProxyTerminatingEndpoints',
  'ServiceTrafficDistribution',
  'TopologyAwareHints',
]

/** A kube-proxy, and what of it is not known, each a sentence; why nothing can be said of it where that is so. */
export interface KnownProxy {
  readonly proxy: NodeProxy | undefined
  readonly unknown: readonly string[]
}

export function nodeProxyOf(seen: SeenNode, server: string | null, scene: Scene): KnownProxy {
  const { node, version } = seen.status
  const [mode, own] = [modeOf(node, scene), scene.cluster.node(node)]
  if (!isProxyMode(mode)) return nothingOf('no mode of kube-proxy is known to be at work there')
  if (!own) return nothingOf('the API has no such Node, so that its zone and addresses are not known')
  const settings = settingsOf(seen, scene)
  const minor = minorOf(version ?? server ?? '') ?? newestMinor
  const set = settings?.gates ?? new Map<string, boolean>()
  const proxy: NodeProxy = {
    node,
    zone: own.zone,
    addresses: own.addresses.flatMap((text) => parseIp(text) ?? []),
    mode,
    minor,
    gates: new Set(gates.filter((gate) => isOn(gate, set, minor))),
    settings: settings && proxySettings(settings, mode, own.podCIDRs),
  }
  const unknown = [
    ...(settings ? [] : ["kube-proxy's configuration was not seen: NodePorts and masquerading are not compared"]),
    ...(version === null ? [`kube-proxy's version is not known: it is taken for 1.${minor}`] : []),
  ]
  return { proxy, unknown }
}

const nothingOf = (why: string): KnownProxy => ({ proxy: undefined, unknown: [`${why}: nothing was compared`] })

const isProxyMode = (mode: string | null): mode is ProxyMode =>
  mode === 'iptables' || mode === 'ipvs' || mode === 'nftables'

/** Stable and then gone, of which what it brought stays. */
const stableSince: Partial<Record<ProxyGate, number>> = { LoadBalancerIPMode: 32, ProxyTerminatingEndpoints: 28 }

const isOn = (gate: ProxyGate, set: ReadonlyMap<string, boolean>, minor: number): boolean =>
  gateIsOn(gate, set, minor) || minor >= (stableSince[gate] ?? Infinity)

/** Undefined where the file of --config was not seen, or kube-proxy would not start with it. */
export function settingsOf({ object, pod, status }: SeenNode, { capture }: Scene): Settings | undefined {
  if (!pod || !object) return undefined
  const { container } = pod
  const { text } = configFileOf({ container, object }, capture)
  return effectiveSettings({ command: container.words, config: text, version: status.version ?? undefined })
}

/** SetDefaults_KubeProxyConfiguration() (pkg/proxy/apis/config/v1alpha1). */
const defaultMasqueradeBit = 14

function proxySettings(settings: Settings, mode: ProxyMode, podCIDRs: readonly string[]): ProxySettings {
  const backend = mode === 'nftables' ? 'nftables' : 'iptables'
  const bit = settings.get(`${backend}.masqueradeBit`)?.value
  return {
    masqueradeAll: settings.get(`${backend}.masqueradeAll`)?.value === true,
    masqueradeBit: typeof bit === 'number' ? bit : defaultMasqueradeBit,
    detector: detectorOf(settings, podCIDRs),
    nodePortAddresses: asList(settings.get('nodePortAddresses')?.value),
  }
}

function detectorOf(settings: Settings, podCIDRs: readonly string[]): ProxySettings['detector'] {
  switch (settings.text('detectLocalMode')) {
    case 'BridgeInterface':
      return { by: 'device', device: settings.text('detectLocal.bridgeInterface') }
    case 'InterfaceNamePrefix':
      return { by: 'device', device: `${settings.text('detectLocal.interfaceNamePrefix')}*` }
    case 'NodeCIDR':
      return podCIDRs.length > 0 ? { by: 'cidr', cidrs: podCIDRs } : { by: 'nothing' }
    default: {
      const cidrs = settings.text('clusterCIDR')
      return cidrs === '' ? { by: 'nothing' } : { by: 'cidr', cidrs: cidrs.split(',') }
    }
  }
}
