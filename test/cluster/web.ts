/** The Service `web` with a pod on the first and on the last node, a pod `single` that is on the first node only, and a client pod on every node; in the namespace `default`. */
import { toolsImage } from './images.ts'

/** Ports on which a server answers. */
const serverPorts = [8080, 8081] as const

/** A container that answers with its pod's name. */
export const server = (ports: readonly number[] = serverPorts, env: readonly object[] = []): object => ({
  name: 'echo',
  image: toolsImage,
  command: ['/bin/echo', 'serve', ...ports.map(String)],
  env: [{ name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }, ...env],
  ports: ['TCP', 'UDP'].map((protocol) => ({
    name: `web-${protocol.toLowerCase()}`,
    protocol,
    containerPort: ports[0],
  })),
})

/** A pod on each of the nodes, labelled with the name. */
const deployment = (name: string, nodes: readonly string[]): object => {
  const labels = { app: name }
  const terms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: nodes }] }]
  const topologyKey = 'kubernetes.io/hostname'
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: nodes.length,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [server()],
          affinity: {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: labels } }],
            },
          },
        },
      },
    },
  }
}

/** A Service of the pods with a label, on port 80 over TCP and UDP. */
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
  const ends = nodes.filter((_, index) => index === 0 || index === nodes.length - 1)
  const deployments = [deployment('web', ends), deployment('single', ends.slice(0, 1))]
  return [...deployments, service('web', 'web'), ...nodes.map(client)]
}

/** The name of the client pod of a node. */
export function clientOn(node: string): string {
  return `client-${node}`
}

function client(node: string): object {
  const spec = { nodeName: node, containers: [{ name: 'client', image: toolsImage }] }
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: clientOn(node) }, spec }
}
