/** A kube-proxy that is too old or too new for what it works with. */
import { skewBetween } from '../../cluster/skew.ts'
import { minorOf } from '../../version.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'

interface Versions {
  /** kube-proxy's. */
  readonly version: string | null
  readonly kubelet: string | null
}

export function skewOf(
  { kubelet, version }: Versions,
  server: string | null,
  about: Pick<Finding, 'node' | 'object'>,
): Finding | undefined {
  const [own, api, ofKubelet] = [version, server, kubelet].map((text) => (text === null ? undefined : minorOf(text)))
  const why = own === undefined ? undefined : skewBetween(own, api, ofKubelet)
  return why === undefined ? undefined : finding('KPX4001', { ...about, message: `kube-proxy is ${version}: ${why}` })
}
