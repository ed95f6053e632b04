/** Kubernetes versions, as far as kube-proxy's configuration differs between them. */

/** The oldest and the newest minor release whose kube-proxy's code the facts of this folder were read from. */
export const knownVersions = { oldest: '1.19', newest: '1.37' } as const

/** The minor of `1.34`, `v1.34.3` or `v1.34.3-eks-1234567`; undefined for what is no version of Kubernetes 1. */
export function minorOf(version: string): number | undefined {
  const digits = /^v?1\.(\d{1,3})(?:\+|\.\d+.*)?$/.exec(version)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
