/** Which mode's rules a node has. */
import { ipvsDevice } from '../ruleset/ipvs.ts'
import type { Ruleset } from '../ruleset/ruleset.ts'
import type { Scene } from './scene.ts'

/** What kube-proxy says itself (its /proxyMode), else what it left in the kernel; null where neither is recorded. */
export function modeOf(node: string, scene: Scene): string | null {
  let ofNodes = known.get(scene)
  if (!ofNodes) known.set(scene, (ofNodes = new Map()))
  let mode = ofNodes.get(node)
  if (mode === undefined) ofNodes.set(node, (mode = readMode(node, scene)))
  return mode
}

const known = new WeakMap<Scene, Map<string, string | null>>()

function readMode(node: string, { network }: Scene): string | null {
  const ruleset = network.nodes.get(node)?.ruleset
  return ruleset ? (ruleset.mode ?? programmedMode(ruleset)) : null
}

/** By the names that each mode gives to what it writes: table kube-proxy, device kube-ipvs0, chains KUBE-SVC-... */
function programmedMode({ interfaces, tables }: Ruleset): string | null {
  if (tables.some(({ name, tool }) => tool === 'nft' && name === 'kube-proxy')) return 'nftables'
  if (interfaces.some(({ name }) => name === ipvsDevice)) return 'ipvs'
  const written = tables.some(({ chains }) => [...chains.keys()].some((name) => name.startsWith('KUBE-SVC-')))
  return written ? 'iptables' : null
}
