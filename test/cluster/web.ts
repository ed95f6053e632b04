/** The Service `web`, its two pods, and a client pod on every node; all in the namespace `default`. */
import { toolsImage } from './images.ts'

const labels = { app: 'web' }
const protocols = ['TCP', 'UDP']

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'echo', image: toolsImage, command: ['/bin/echo', 'serve', '8080'] }] },
    },
  },
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: {
    selector: labels,
    ipFamilyPolicy: 'PreferDualStack',
    ports: protocols.map((protocol) => ({ name: protocol.toLowerCase(), protocol, port: 80, targetPort: 8080 })),
  },
}

export function webManifests(nodes: readonly string[]): object[] {
  return [deployment, service, ...nodes.map(client)]
}

/** The name of the client pod of a node. */
export function clientOn(node: string): string {
  return `client-${node}`
}

function client(node: string): object {
  const spec = { nodeName: node, containers: [{ name: 'client', image: toolsImage }] }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: clientOn(node) }, spec }
}
