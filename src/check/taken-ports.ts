/**
 * Ports that another program of the node has: kube-proxy tells so in its log and goes on. It tries again for its own every five seconds
 * (kube-proxy 1.37), for the health-check port of a Service as often as it programs the node (SyncServices() of pkg/proxy/healthcheck), and
 * does not log that it got one. Who listens is not told to a container.
 */
import { finding } from '../answer/finding.ts'
import { loggedEntries } from '../decode/klog.ts'
import { skipped, whole } from './check.ts'
import type { NodeCheck } from './check.ts'
import { ownPorts } from './own-ports.ts'
import type { CheckedNode, Subject } from './subject.ts'

export const takenPorts: NodeCheck = {
  codes: ['KPX4144'],
  needs: 'node',
  applies: whole,
  ofNode: (node, subject) => {
    const log = node.file('kube-proxy.log')
    if (!log) return skipped("kube-proxy's log was not seen")
    const wanted = wantedPorts(node, subject)
    const tellings = new Map(
      loggedEntries(log).flatMap(({ line, message, text }) => {
        const port = Number(inUse.exec(message)?.[1])
        return wanted.has(port) ? [[port, { line, text }] as const] : []
      }),
    )
    return [...tellings].map(([port, at]) => {
      const message = `another program of the node has port ${port}, ${wanted.get(port) ?? ''}`
      return finding('KPX4144', { message, evidence: [{ node: node.name, file: log.name, ...at }] })
    })
  },
}

/** As Go's net package says it. */
const inUse = /listen tcp \S*:(\d+): bind: address already in use/

/** Whether kube-proxy has got it since nothing tells. */
const asLogged = 'or had it when kube-proxy last tried'

/** By port, what it is for: not what kube-proxy has got meanwhile, as far as its answers tell. */
function wantedPorts({ file, settings }: CheckedNode, { services }: Subject): Map<number, string> {
  const unserved = settings ? ownPorts(settings).filter((own) => file(own.file) === undefined) : []
  const ofServices = services.flatMap(({ healthCheckNodePort, name, namespace }) =>
    healthCheckNodePort === undefined
      ? []
      : [[healthCheckNodePort, `the healthCheckNodePort of Service ${namespace}/${name}, ${asLogged}`] as const],
  )
  return new Map([...ofServices, ...unserved.map(({ field, port }) => [port, `that of ${field}`] as const)])
}
