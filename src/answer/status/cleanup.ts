/**
 * What kube-proxy removes of other modes by itself as it starts. Facts: cmd/kube-proxy/app/server_linux.go and KEP-2448, Kubernetes 1.17
 * to 1.37.
 */
import { minorOf } from '../../version.ts'
import type { ProgrammedMode } from './programmed.ts'

export interface Cleanup {
  readonly versions: string
  readonly starting: string
  readonly removes: string
}

export const cleanups: readonly Cleanup[] = [
  { versions: 'up to 1.28', starting: 'in any mode', removes: 'nothing of other modes' },
  {
    versions: '1.29 and later',
    starting: 'in nftables mode',
    removes: 'the chains of iptables mode; virtual servers, device kube-ipvs0 and ipsets of ipvs mode',
  },
  {
    versions: '1.29 and 1.30',
    starting: 'in iptables or ipvs mode',
    removes: 'the tables of nftables mode, only with the feature gate NFTablesProxyMode',
  },
  { versions: '1.31 and later', starting: 'in iptables or ipvs mode', removes: 'the tables of nftables mode' },
  { versions: 'any', starting: 'in iptables mode', removes: 'nothing of ipvs mode, nor the other way round' },
]

/** What takes away what a mode has left on a node where kube-proxy runs in another. */
export function remedyFor(left: ProgrammedMode, running: string, version: string | undefined): string {
  const minor = version === undefined ? undefined : minorOf(version)
  if (minor === undefined) return byKpx
  return isRemoved(left, running, minor)
    ? `kube-proxy 1.${minor} removes it when it starts: restart its pod on that node; or, at once: kpx cleanup`
    : `kube-proxy 1.${minor} never removes it by itself: ${byKpx}`
}

/** Whether a kube-proxy of that minor removes it as it starts in the mode, whatever its feature gates. */
export const isRemoved = (left: ProgrammedMode, running: string, minor: number): boolean =>
  (left === 'nftables' || running === 'nftables') && minor >= (left === 'nftables' ? 31 : 29)

/** The same as a sentence, for whoever is about to remove it. */
export function selfRemoval(left: ProgrammedMode, running: string, version: string | undefined): string {
  const minor = version === undefined ? undefined : minorOf(version)
  if (minor === undefined) return `Whether kube-proxy removes by itself what ${left} mode has left is not known`
  const does = isRemoved(left, running, minor) ? 'removes when it starts' : 'never removes by itself'
  return `kube-proxy 1.${minor} in ${running} mode ${does} what ${left} mode has left`
}

const byKpx = 'kpx cleanup takes away what the mode that runs does not need; or restart the node'
