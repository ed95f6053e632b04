/** Which kube-proxies and kubelets would be too old beside the release that is to be installed (the version skew policy). */
import { finding } from '../answer/finding.ts'
import { skewBetween } from '../cluster/skew.ts'
import { minorOf } from '../version.ts'
import { skipped } from './check.ts'
import type { NodeCheck } from './check.ts'

export const comingSkew: NodeCheck = {
  codes: ['KPX4001'],
  needs: 'cluster',
  applies: ({ isWhole = false, kubernetes }) => isWhole && kubernetes !== undefined,
  ofNode: ({ minor, seen: { status } }, { question: { kubernetes = 0 }, status: { server } }) => {
    if (minor === undefined) return skipped("kube-proxy's version is not known")
    const kubelet = minorOf(status.kubelet ?? '')
    const now = minorOf(server ?? '')
    if (now !== undefined && kubernetes < now) {
      const message = `1.${kubernetes} is older than the API server, 1.${now}: a control plane is never downgraded`
      return [{ ...finding('KPX4001', { message }), fix: 'choose a later release' }]
    }
    const why = [
      about(`kube-proxy is ${status.version}`, skewBetween(minor, kubernetes, undefined)),
      about(`kube-proxy 1.${kubernetes} beside kubelet ${status.kubelet}`, skewBetween(kubernetes, undefined, kubelet)),
    ]
    // what is so already is said of the node as it is
    if (skewBetween(minor, now, kubelet) !== undefined) return []
    return why.flatMap((message) =>
      message === undefined ? [] : [finding('KPX4001', { message: `with 1.${kubernetes}: ${message}` })],
    )
  },
}

const about = (what: string, why: string | undefined): string | undefined =>
  why === undefined ? undefined : `${what}: ${why}`
