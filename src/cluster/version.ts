/** Kubernetes' versions, and which of its parts may run beside which (the version skew policy). */

export interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** `v1.33.13`, `v1.31.4-eks-2d5f260`, `1.34`; undefined for what is none. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?(?![\d.])/.exec(text.trim())
  return match ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) } : undefined
}

/** Minors that kube-proxy may be older than the API server, and older or newer than the kubelet: 3, and 2 before 1.25. */
const mostSkew = ({ minor }: Version): number => (minor < 25 ? 2 : 3)

/** Why kube-proxy may not run beside them; undefined where it may. */
export function skewBetween(
  kubeProxy: Version,
  server: Version | undefined,
  kubelet: Version | undefined,
): string | undefined {
  const most = mostSkew(kubeProxy)
  if (server && kubeProxy.minor > server.minor) return `it is newer than the API server, ${minorText(server)}`
  if (server && server.minor - kubeProxy.minor > most) {
    return `it is more than ${most} minor versions older than the API server, ${minorText(server)}`
  }
  if (kubelet && Math.abs(kubelet.minor - kubeProxy.minor) > most) {
    return `it is more than ${most} minor versions from the kubelet, ${minorText(kubelet)}`
  }
  return undefined
}

const minorText = ({ major, minor }: Version): string => `${major}.${minor}`
