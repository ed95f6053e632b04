/** The minor of `1.34`, `v1.34.3` or `v1.34.3-eks-1234567`; undefined for what is no version of Kubernetes 1. */
export function minorOf(version: string): number | undefined {
  const digits = /^v?1\.(\d{1,3})(?:\+|\.\d+(?:[-+_].*)?)?$/.exec(version)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Whether a version in numbers comes before another: `1.0.6` before `1.1`. */
export function isBelow(version: string, least: string): boolean {
  const [own, other] = [version, least].map((text) => text.replace(/^v/, '').split(/[.+-]/).map(Number))
  const at = other?.findIndex((number, i) => (own?.[i] ?? 0) !== number) ?? -1
  return at >= 0 && (own?.[at] ?? 0) < (other?.[at] ?? 0)
}

/** An image's tag: `v1.37.1`; undefined where that is none of Kubernetes. */
export const versionOfImage = (image: string): string | undefined => /:(v?1\.\d+(?:\.\d+)?[^@/]*)/.exec(image)?.[1]
