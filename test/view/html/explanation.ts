/** A Service as `explain service` tells of it, with any number of endpoints. */
import type { ServiceExplanation } from '../../../src/answer/explain-service.ts'
import type { Outcome } from '../../../src/answer/outcome.ts'

const base = { masquerade: false, sourceSeen: null, sourceKept: true, reply: 'ok', why: '' } as const

const delivered = (i: number, of: number, pod: string): Outcome => ({
  ...base,
  verdict: 'deliver',
  share: 1 / of,
  endpoint: { ip: `10.244.${i % 4}.${i}`, port: 8080, pod: `shop/${pod}${i}`, node: `worker-${i % 4}` },
  evidence: [{ node: 'worker-0', file: 'iptables-save.txt', line: i + 1, text: `-A KUBE-SVC-WEB -j KUBE-SEP-${i}` }],
})

const refused: Outcome = {
  ...base,
  verdict: 'reject',
  share: 1,
  endpoint: null,
  why: 'refused by -A KUBE-SERVICES -j REJECT',
  evidence: [{ node: 'worker-0', file: 'iptables-save.txt', line: 7, text: '-A KUBE-SERVICES -j REJECT' }],
}

/** As `count` pods get the traffic from all nodes; none of what comes from pods on an `odd` one. */
export function explanationOf(count: number, { odd = '', pod = 'web-' } = {}): ServiceExplanation {
  const outcomes = count === 0 ? [refused] : Array.from({ length: count }, (_, i) => delivered(i, count, pod))
  const nodes = ['worker-0', 'worker-1', 'worker-2', ...(odd === '' ? [] : [odd])]
  const ofNodes = nodes.map((node) => ({
    node,
    mode: 'iptables',
    senders: { pod: 'pod shop/client' },
    from: { pod: node === odd ? [refused] : outcomes, node: outcomes },
  }))
  const frontend = { kind: 'ClusterIP', ip: '10.96.0.9', port: 80, family: 'IPv4', nodes: ofNodes } as const
  return {
    apiVersion: 'kpx/v1',
    kind: 'ServiceExplanation',
    seen: { nodes, of: nodes.length, blind: [] },
    service: 'shop/web',
    type: 'ClusterIP',
    ports: [{ name: 'http', port: 80, protocol: 'TCP', frontends: [frontend] }],
    affinity: null,
    internalTrafficPolicy: 'Cluster',
    externalTrafficPolicy: null,
    sources: null,
    behaviour: [{ about: 'endpoints', holds: true, text: `Connections go to ${count} pods.` }],
    findings: [],
  }
}

export const origin = {
  command: 'kpx explain service',
  version: '1.2.3',
  source: 'cluster prod-eu-1',
  takenAt: '2026-12-01T08:00:00Z',
}
