/** Where Services are to be had, as the API says. */
import type { Cluster } from './cluster.ts'

export interface Frontend {
  /** `tcp/10.96.0.10:80` */
  readonly target: string
  /** All connections of a client go to one pod. */
  readonly sticky: boolean
}

interface Service {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly clusterIPs?: readonly string[]
    readonly externalIPs?: readonly string[]
    readonly ports?: readonly { readonly protocol: string; readonly port: number; readonly nodePort?: number }[]
    readonly sessionAffinity?: string
  }
  readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip?: string }[] } }
}

/** Those of the Services in `default`, over TCP and UDP; NodePorts at each of the nodes' addresses. */
export async function frontendsOf({ kubectl }: Cluster, nodeIPs: readonly string[]): Promise<Frontend[]> {
  const { items } = JSON.parse(await kubectl(['get', 'services', '-o', 'json'])) as { items: readonly Service[] }
  // the API server's has no pods that say who they are
  const services = items.filter(({ metadata }) => metadata.name !== 'kubernetes')
  return services.flatMap(({ spec, status }) => {
    const { clusterIPs = [], externalIPs = [], ports = [], sessionAffinity } = spec
    const balanced = (status.loadBalancer.ingress ?? []).flatMap(({ ip }) => ip ?? [])
    const own = [...clusterIPs, ...externalIPs, ...balanced].filter((ip) => ip !== 'None')
    return ports
      .filter(({ protocol }) => protocol !== 'SCTP')
      .flatMap(({ protocol, port, nodePort }) =>
        [
          ...own.map((ip) => at(ip, port)),
          ...(nodePort === undefined ? [] : nodeIPs.map((ip) => at(ip, nodePort))),
        ].map((address) => ({
          target: `${protocol.toLowerCase()}/${address}`,
          sticky: sessionAffinity === 'ClientIP',
        })),
      )
  })
}

const at = (ip: string, port: number): string => `${ip.includes(':') ? `[${ip}]` : ip}:${port}`
