/** What kpx must know of a Node to get at it. */
import { BlockList, isIP } from 'node:net'

interface NodeLike {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> }
  readonly status?: {
    readonly addresses?: readonly { readonly type?: string; readonly address?: string }[]
    readonly conditions?: readonly { readonly type?: string; readonly status?: string; readonly message?: string }[]
    readonly images?: readonly { readonly names?: readonly string[] }[]
  }
}

export interface ClusterNode {
  readonly name: string
  /** Its IP addresses in the cluster's network. */
  readonly ips: readonly string[]
  /** What it may call itself: its name and host names. */
  readonly hostNames: readonly string[]
  readonly ready: boolean
  /** Why it is not ready, as the API has it; undefined for one that is, or that does not say. */
  readonly trouble: string | undefined
  readonly windows: boolean
  /** The names of the images that it has, as far as the kubelet tells. */
  readonly images: readonly string[]
}

/** Undefined for what is no Node. */
export function clusterNode(object: unknown): ClusterNode | undefined {
  const { metadata, status = {} } = Object(object) as NodeLike
  if (typeof metadata?.name !== 'string') return undefined
  const { addresses = [], conditions = [], images = [] } = status
  const of = (type: string): string[] => addresses.flatMap((one) => (one.type === type ? (one.address ?? []) : []))
  const ready = conditions.find(({ type }) => type === 'Ready')
  return {
    name: metadata.name,
    ips: of('InternalIP').filter((ip) => isIP(ip) !== 0),
    hostNames: [metadata.name, ...of('Hostname')],
    ready: ready?.status === 'True',
    trouble: ready === undefined || ready.status === 'True' ? undefined : (ready.message ?? ''),
    windows: metadata.labels?.['kubernetes.io/os'] === 'windows',
    images: images.flatMap(({ names }) => names ?? []),
  }
}

/** Whether one of these addresses of a machine is the node's. */
export function isOf(node: ClusterNode, ips: readonly string[]): boolean {
  const own = new BlockList()
  for (const ip of node.ips) own.addAddress(ip, familyOf(ip))
  return ips.some((ip) => own.check(ip, familyOf(ip)))
}

const familyOf = (ip: string): 'ipv4' | 'ipv6' => (isIP(ip) === 6 ? 'ipv6' : 'ipv4')
