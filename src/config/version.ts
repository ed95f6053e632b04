/** Kubernetes versions, as far as kube-proxy's configuration differs between them. */
import { newestKnown } from '../modes.ts'

/** The minor of `1.34`, `v1.34.3` or `v1.34.3-eks-1234567`; undefined for what is no version of Kubernetes 1. */
export function minorOf(version: string): number | undefined {
  const digits = /^v?1\.(\d{1,3})(?:\+|\.\d+.*)?$/.exec(version)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** The newest minor release whose kube-proxy's code the facts of this folder were read from; 1.19 is the oldest. */
export const newestMinor = minorOf(newestKnown) ?? 0
