/** The minor of `1.34`, `v1.34.3` or `v1.34.3-eks-1234567`; undefined for what is no version of Kubernetes 1. */
export function minorOf(version: string): number | undefined {
  const digits = /^v?1\.(\d{1,3})(?:\+|\.\d+(?:[-+_].*)?)?$/.exec(version)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** An image's tag: `v1.37.1`; undefined where that is none of Kubernetes. */
export const versionOfImage = (image: string): string | undefined => /:(v?1\.\d+(?:\.\d+)?[^@/]*)/.exec(image)?.[1]
