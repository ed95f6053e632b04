/** The Service `web` with two pods, a pod `single` that is on one node only, and a client pod on every node; in the namespace `default`. */
import { toolsImage } from './images.ts'

/** So many pods that answer on port 8080, labelled with the name. */
const deployment = (name: string, replicas: number): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'echo', image: toolsImage, command: ['/bin/echo', 'serve', '8080'] }] },
    },
  },
})

/** A Service of a deployment's pods, on port 80 over TCP and UDP. */
export const service = (name: string, app: string, spec: object = {}, nodePort?: number): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: {
    selector: { app },
    ipFamilyPolicy: 'PreferDualStack',
    ports: ['TCP', 'UDP'].map((protocol) => ({
      name: protocol.toLowerCase(),
      protocol,
      port: 80,
      targetPort: 8080,
      ...(nodePort !== undefined && { nodePort }),
    })),
    ...spec,
  },
})

export function webManifests(nodes: readonly string[]): object[] {
  return [deployment('web', 2), deployment('single', 1), service('web', 'web'), ...nodes.map(client)]
}

/** The name of the client pod of a node. */
export function clientOn(node: string): string {
  return `client-${node}`
}

function client(node: string): object {
  const spec = { nodeName: node, containers: [{ name: 'client', image: toolsImage }] }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: clientOn(node) }, spec }
}
