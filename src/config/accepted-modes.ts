/** The modes that a kube-proxy takes on Linux: by its release, and by the feature gates that switch some of them. */
import { gateIsOn } from './gates.ts'

/** Sorted by name. */
export function acceptedModes(minor: number, gates: ReadonlyMap<string, boolean>): string[] {
  const modes = ['iptables']
  if (minor < 37 || gateIsOn('KubeProxyIPVS', gates, minor)) modes.push('ipvs')
  if (minor >= 33 || gateIsOn('NFTablesProxyMode', gates, minor)) modes.push('nftables')
  if (minor <= 25) modes.push('userspace')
  return modes
}
