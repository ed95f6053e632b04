/** Which modes can be had: by what kube-proxy's release takes, and by what a platform lets one choose. */
import { acceptedModes } from '../config/accepted-modes.ts'
import type { ModeVerdicts, SettableMode } from './platform.ts'
import type { PlatformScene } from './scene.ts'

/** Those of the release, without feature gates; `limits` are the platform's own reasons against one. */
export function modesOf(
  { minor }: PlatformScene,
  limits: Partial<Record<SettableMode, string | undefined>> = {},
): ModeVerdicts {
  const taken = acceptedModes(minor, new Map())
  const verdict = (mode: SettableMode): string | null => {
    if (limits[mode] !== undefined) return limits[mode]
    return taken.includes(mode) ? null : `kube-proxy 1.${minor} does not take it without a feature gate`
  }
  return { iptables: verdict('iptables'), ipvs: verdict('ipvs'), nftables: verdict('nftables') }
}
