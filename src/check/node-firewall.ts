/**
 * A firewall of the node that lets Services' packets pass because iptables mode accepts them (KUBE-FORWARD, KUBE-NODEPORTS): an accept in
 * nftables mode's own table overrules nobody. Asked of the node's rules: a packet as it is behind the translation, and as it comes.
 */
import { finding } from '../answer/finding.ts'
import { outcomeOf } from '../answer/outcome.ts'
import { outsideSender } from '../answer/source.ts'
import { evaluate } from '../evaluate/evaluate.ts'
import type { Destination, Outcome } from '../evaluate/evaluate.ts'
import { familyOf, formatIpPort, parseIp } from '../ruleset/address.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'
import { nodePorts } from './node-ports.ts'
import type { CheckedNode, Subject } from './subject.ts'

export const nodeFirewall: NodeCheck = {
  codes: ['KPX4117'],
  needs: 'node',
  applies: toMode('nftables'),
  ofNode: (node, subject) => {
    if (!node.changes || node.from !== 'iptables') return []
    if (node.seen.ruleset?.seen.has('ip') !== true) return skipped("the node's rules were not seen")
    return [...forwarded(node, subject), ...healthChecks(node, subject)].slice(0, 1).map(({ of, stopped }) => {
      const { evidence, why } = outcomeOf(stopped)
      const message = `${of}, which iptables mode accepts, would be ${why}`
      return finding('KPX4117', { message, evidence })
    })
  },
}

interface Stopped {
  readonly of: string
  readonly stopped: Outcome
}

const isStopped = ({ verdict }: Outcome): boolean => verdict === 'drop' || verdict === 'reject'

/** What a client beyond the cluster sends to a NodePort, as it is once its destination is an endpoint. */
function forwarded(node: CheckedNode, { scene, services }: Subject): Stopped[] {
  const { source } = outsideSender(node.name, scene)
  const sent = (to: Destination): Outcome[] => evaluate(source, to, scene.network)
  const [address] = ipv4Of(node)
  if (address === undefined) return []
  for (const { nodePort, port } of nodePorts(services).slice(0, mostTried)) {
    const { protocol } = port
    const endpoint = sent({ protocol, ip: address, port: nodePort }).find((one) => one.verdict === 'deliver')?.endpoint
    if (!endpoint) continue
    const stopped = sent({ protocol, ...endpoint }).find(isStopped)
    const of = `a NodePort's packet to ${formatIpPort(endpoint.ip, endpoint.port)}`
    return stopped ? [{ of, stopped }] : []
  }
  return []
}

const mostTried = 5

/** What a load balancer asks a health-check port of, beside a port that no Service has. */
function healthChecks(node: CheckedNode, { scene, services }: Subject): Stopped[] {
  const port = services.flatMap(({ healthCheckNodePort }) => healthCheckNodePort ?? [])[0]
  const [ip] = ipv4Of(node)
  if (port === undefined || ip === undefined) return []
  const { source } = outsideSender(node.name, scene)
  const used = new Set([...nodePorts(services).map((one) => one.nodePort), port])
  const free = Array.from({ length: used.size + 1 }, (_, i) => port + 1 + i).find((one) => !used.has(one)) ?? port
  const sent = (to: number): Outcome[] => evaluate(source, { protocol: 'TCP', ip, port: to }, scene.network)
  const stopped = sent(port).some(isStopped) ? undefined : sent(free).find(isStopped)
  return stopped ? [{ of: `a load balancer's packet to the health-check port ${port}`, stopped }] : []
}

const ipv4Of = ({ node }: CheckedNode): number[] =>
  node?.addresses.flatMap((text) => {
    const ip = parseIp(text)
    return ip !== undefined && familyOf(ip) === 'IPv4' ? [Number(ip)] : []
  }) ?? []
