/** Which versions of Kubernetes' parts may run beside each other (the version skew policy), by their minors. */

/** Minors that kube-proxy may be older than the API server, and older or newer than the kubelet: 3, and 2 before 1.25. */
const mostSkew = (minor: number): number => (minor < 25 ? 2 : 3)

/** Why kube-proxy may not run beside them; undefined where it may, or where nothing is known of them. */
export function skewBetween(
  kubeProxy: number,
  server: number | undefined,
  kubelet: number | undefined,
): string | undefined {
  const most = mostSkew(kubeProxy)
  if (server !== undefined && kubeProxy > server) return `it is newer than the API server, 1.${server}`
  if (server !== undefined && server - kubeProxy > most) {
    return `it is more than ${most} minor versions older than the API server, 1.${server}`
  }
  if (kubelet !== undefined && Math.abs(kubelet - kubeProxy) > most) {
    return `it is more than ${most} minor versions from the kubelet, 1.${kubelet}`
  }
  return undefined
}
