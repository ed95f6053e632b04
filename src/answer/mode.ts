/** Which mode's rules a node has. */
import type { Scene } from './scene.ts'
import { activeModes, programmedIn } from './status/programmed.ts'

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
  if (!ruleset) return null
  if (ruleset.mode !== undefined) return ruleset.mode
  const active = activeModes(programmedIn(ruleset))
  // of these two it is the chains that kube-proxy writes anew each time, and never takes the rest away
  const own = active.includes('iptables') ? active.filter((mode) => mode !== 'ipvs') : active
  return own.length === 1 ? (own[0] ?? null) : null
}
