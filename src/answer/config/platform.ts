/** Whose kube-proxy it is, as documents have it. */
import type { Recognition } from '../../platform/recognise.ts'

interface RecognisedPlatform {
  readonly id: string
  readonly name: string
  /** Where it has kube-proxy's configuration, in its own words. */
  readonly place: string
  /** What says that it is this one; at least one. */
  readonly evidence: readonly string[]
}

export interface PlatformFacts {
  /** Null where none is recognised. */
  readonly platform: RecognisedPlatform | null
  /** Others that were recognised too. */
  readonly otherPlatforms: readonly RecognisedPlatform[]
  /** What recognition looked at, a sentence without a full stop. */
  readonly looked: string
}

export function platformFacts({ found, looked, scene }: Recognition): PlatformFacts {
  const [platform = null, ...otherPlatforms] = found.map(({ evidence, platform: { id, name, place } }) => ({
    id,
    name,
    place: place(scene),
    evidence,
  }))
  return { platform, otherPlatforms, looked }
}
