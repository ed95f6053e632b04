/** Whose kube-proxy it is, and how kpx knows. */
import type { PlatformFacts } from '../answer/config/platform.ts'

/** Each platform in its own words, and below it what says that it is this one; else what was looked at. */
export function platformText({ looked, otherPlatforms, platform }: PlatformFacts): readonly string[] {
  const all = [...(platform ? [platform] : []), ...otherPlatforms]
  if (all.length === 0) return [`none recognised: kpx ${looked}`]
  return all.flatMap((one) => [placeText(one), `known by ${one.evidence.join('; ')}`])
}

/** `AKS: flags in DaemonSet kube-system/kube-proxy, managed by AKS; there is no ConfigMap`. */
export const placeText = ({ name, place }: { readonly name: string; readonly place: string }): string =>
  `${name}: ${place}`
