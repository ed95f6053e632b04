/** Services of every kind that decides otherwise about packets, and the pods that they need beside those of `web`. */
import { spawn } from 'node:child_process'
import { controlPlane } from './addresses.ts'
import type { Cluster } from './cluster.ts'
import { run } from './run.ts'
import { until } from './until.ts'
import { server, service } from './web.ts'

/** In a node's own network, and outside of the cluster. */
const hostPort = 8090

/** Where kube-proxy leaves the traffic to the load balancer, which is in the control plane's machine. */
export const proxiedIP = '203.0.113.12'

const loadBalancer = (spec: object): object => ({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ...spec })
const local = { externalTrafficPolicy: 'Local' }
const sourceRanges = ['10.200.0.12/32', '10.200.0.101/32', 'fd00:200::12/128']
const toHost = ['TCP', 'UDP'].map((protocol) => ({
  name: protocol.toLowerCase(),
  protocol,
  port: 80,
  targetPort: hostPort,
}))
const named = ['TCP', 'UDP'].map((protocol) => {
  const name = protocol.toLowerCase()
  return { name, protocol, port: 80, targetPort: `web-${name}` }
})
const several = [
  { name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 },
  { name: 'other', protocol: 'TCP', port: 81, targetPort: 8081 },
  { name: 'dns', protocol: 'UDP', port: 53, targetPort: 8081 },
  { name: 'sctp', protocol: 'SCTP', port: 80, targetPort: 8080 },
]

const services: readonly object[] = [
  service('nodeport', 'web', { type: 'NodePort' }, 30001),
  service('nodeport-local', 'single', { type: 'NodePort', ...local }, 30002),
  service('internal-local', 'single', { internalTrafficPolicy: 'Local' }),
  service('external-ip', 'web', { externalIPs: ['192.0.2.44', '2001:db8:2::44'] }),
  service('external-ip-local', 'single', { externalIPs: ['192.0.2.45'], type: 'NodePort', ...local }, 30003),
  service('balanced', 'web', { type: 'LoadBalancer', loadBalancerSourceRanges: sourceRanges }, 30004),
  service('balanced-local', 'single', loadBalancer(local)),
  service('balanced-elsewhere', 'web', loadBalancer({})),
  service('sticky', 'web', { sessionAffinity: 'ClientIP', type: 'NodePort' }, 30005),
  service('near', 'web', { trafficDistribution: 'PreferSameNode' }),
  service('named', 'web', { ports: named }),
  service('several', 'web', { ports: several }),
  service('ipv4', 'web', { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'] }),
  service('ipv6', 'web', { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'] }),
  service('ipv6-first', 'web', { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'] }),
  service('headless', 'web', { clusterIP: 'None' }),
  service('idle', 'none'),
  service('unready', 'unready'),
  service('published', 'unready', { publishNotReadyAddresses: true }),
  service('leaving', 'leaving'),
  service('leaving-local', 'leaving', loadBalancer(local)),
  service('hosts', 'host', { ports: toHost }),
  service('manual', '', { selector: null, ports: toHost }),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'alias' },
    spec: { type: 'ExternalName', externalName: 'web' },
  },
]

/** What a load balancer's controller would write. kube-proxy leaves an address with `Proxy` to the load balancer. */
const ingresses: Readonly<Record<string, readonly { ip: string; ipMode?: 'Proxy' | 'VIP' }[]>> = {
  balanced: [{ ip: '203.0.113.10', ipMode: 'VIP' }, { ip: '2001:db8:113::10' }],
  'balanced-local': [{ ip: '203.0.113.11' }, { ip: '2001:db8:113::11' }],
  'balanced-elsewhere': [{ ip: proxiedIP, ipMode: 'Proxy' }],
  'leaving-local': [{ ip: '203.0.113.13' }],
}

/** The endpoints of `manual`: a process that is in no pod, outside of the cluster. */
const slices: readonly object[] = controlPlane.addresses.map((address, index) => {
  const addressType = `IPv${index === 0 ? 4 : 6}`
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `manual-${addressType.toLowerCase()}`, labels: { 'kubernetes.io/service-name': 'manual' } },
    addressType,
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: toHost.map(({ name, protocol, targetPort: port }) => ({ name, protocol, port })),
  }
})

/** The name of the pod in a node's own network. */
export function hostOn(node: string): string {
  return `host-${node}`
}

const pod = (name: string, labels: object, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec,
})

/** Only those at both ends of the list are endpoints. */
function hostPod(node: string, index: number, nodes: readonly string[]): object {
  const labels = { app: index === 0 || index === nodes.length - 1 ? 'host' : 'client' }
  // an answer to a datagram comes from the address that was asked only where the socket has one
  const listen = { name: 'LISTEN', valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } } }
  return pod(hostOn(node), labels, { hostNetwork: true, nodeName: node, containers: [server([hostPort], [listen])] })
}

function otherPods(nodes: readonly string[]): object[] {
  const never = { exec: { command: ['/bin/echo', 'ask', 'tcp', '127.0.0.1:1', '1'] } }
  const wait = { preStop: { exec: { command: ['/bin/echo', 'wait'] } } }
  return [
    pod('unready', { app: 'unready' }, { nodeName: nodes[0], containers: [{ ...server(), readinessProbe: never }] }),
    // it answers as long as its end waits for something
    pod(
      'leaving',
      { app: 'leaving' },
      {
        nodeName: nodes[0],
        terminationGracePeriodSeconds: 24 * 60 * 60,
        containers: [{ ...server(), lifecycle: wait }],
      },
    ),
  ]
}

/** Creates them all; when this returns the pods answer, and `leaving` is on its way. */
export async function createServices({ create, kubectl, nodes }: Cluster): Promise<void> {
  await create([...nodes.map(hostPod), ...otherPods(nodes), ...services, ...slices])
  for (const [name, ingress] of Object.entries(ingresses)) {
    const status = JSON.stringify({ status: { loadBalancer: { ingress } } })
    await kubectl(['patch', 'service', name, '--subresource=status', '--type=merge', '-p', status])
  }
  await kubectl(['wait', '--for=condition=Ready', 'pod', '--selector=app!=unready', '--timeout=300s'])
  await kubectl(['delete', 'pod', 'leaving', '--wait=false'])
  const terminating = ['get', 'endpointslices', '-l', 'kubernetes.io/service-name=leaving', '-o', 'json']
  await until('an endpoint that ends', async () => (await kubectl(terminating)).includes('"terminating": true'))
}

/** Who answers beyond the cluster, at the endpoints of `manual` and as the load balancer, as long as the cluster runs. */
export async function startOutsider({ on }: Cluster, echo: string): Promise<void> {
  await run(...on('cp', 'ip', 'addr', 'add', `${proxiedIP}/32`, 'dev', 'br0'))
  const listen = `LISTEN=${[...controlPlane.addresses, proxiedIP].join(',')}`
  spawn(...on('cp', 'env', listen, echo, 'serve', '80', String(hostPort)), { stdio: 'ignore' }).unref()
}
