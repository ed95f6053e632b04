/** The order in which the parts of a cluster start: whatever need not wait for each other does not. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeAddresses, type NodeAddresses } from './addresses.ts'
import type { Built } from './built.ts'
import { cgroupName, makeCgroup } from './cgroups.ts'
import { clusterOf, type Cluster } from './cluster.ts'
import { startControlPlane, type Credentials } from './control-plane.ts'
import { forwardApiServer } from './forward.ts'
import { kubeProxyArchive, toolsArchive } from './images.ts'
import { kubeProxyManifests, type KubeProxy } from './kube-proxy.ts'
import { startMachine, type Machine } from './machine.ts'
import { connect } from './network.ts'
import { loadImage, startContainerd, startKubelet, type Node } from './node.ts'
import { isReady } from './readyz.ts'
import { say } from './say.ts'
import { clusterFolder, readState, writeState, type State } from './state.ts'
import { until } from './until.ts'
import { kubeconfig } from './users.ts'

export interface ClusterOptions {
  /** Clusters of other names may run beside it. */
  readonly name: string
  readonly nodes: number
  readonly kubeProxy: KubeProxy
  /** It goes on when this process ends; otherwise the kernel ends it then. */
  readonly lasting: boolean
}

export async function startCluster(options: ClusterOptions, built: Built, signal: AbortSignal): Promise<Cluster> {
  const { name, kubeProxy } = options
  const { cp, nodes } = await startMachines(options, signal)
  await connect(cp, nodes)
  const names = nodes.map((node) => node.name)
  const [credentials] = await Promise.all([startControlPlane(cp, built, names), ...nodes.map(startContainerd)])
  const cluster = clusterOf(name, stateOf(name))
  await Promise.all([
    loadImages(nodes, built, kubeProxy),
    apiServerReady(cp, cluster, credentials, signal).then(async () =>
      startNodes(cluster, nodes, built.kubernetes, credentials),
    ),
  ])
  await cluster.create(kubeProxyManifests(kubeProxy))
  await cluster.kubectl(['rollout', 'status', '--namespace=kube-system', 'daemonset/kube-proxy', '--timeout=60s'])
  writeState(name, { ...stateOf(name), ready: true })
  return cluster
}

async function startMachines(
  { name, nodes, lasting }: ClusterOptions,
  signal: AbortSignal,
): Promise<{ cp: Machine; nodes: Node[] }> {
  const record = (machine: Machine) => {
    const state = stateOf(name)
    writeState(name, { ...state, machines: [...state.machines, machine] })
  }
  const machine = async (machine: string) =>
    startMachine(machine, join(clusterFolder(name), machine), { lasting, signal, record })
  const node = async (addresses: NodeAddresses) => {
    const cgroup = cgroupName(name, addresses.name)
    makeCgroup(cgroup)
    return { ...addresses, cgroup, machine: await machine(addresses.name) }
  }
  const [cp, ...others] = await Promise.all([machine('cp'), ...nodeAddresses(nodes).map(node)])
  return { cp, nodes: others }
}

async function apiServerReady(
  cp: Machine,
  { kubeconfig: file }: Cluster,
  { ca, admin }: Credentials,
  signal: AbortSignal,
): Promise<void> {
  const server = `https://127.0.0.1:${await forwardApiServer(cp)}`
  writeFileSync(file, kubeconfig(server, ca, admin), { mode: 0o600 })
  await until('the API server is ready', async () => isReady(server, ca, admin.token), signal)
  say('the API server is ready')
}

async function loadImages(nodes: readonly Node[], { echo, kubeProxy }: Built, { version }: KubeProxy): Promise<void> {
  for (const archive of [await toolsArchive(echo), await kubeProxyArchive(version, kubeProxy)]) {
    await Promise.all(nodes.map(async (node) => loadImage(node, archive)))
  }
  say('images are on the nodes')
}

async function startNodes(
  cluster: Cluster,
  nodes: readonly Node[],
  binaries: string,
  { ca, kubelets }: Credentials,
): Promise<void> {
  await cluster.create(nodes.map(nodeManifest))
  nodes.forEach((node, index) => {
    const user = kubelets[index]
    if (user) startKubelet(node, binaries, ca, user)
  })
  await cluster.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=60s'])
  say('the nodes are ready')
}

/** kubelet takes over a Node that is there: its pod networks are known before it starts. */
function nodeManifest({ name, podCIDRs }: Node): object {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { podCIDR: podCIDRs[0], podCIDRs } }
}

function stateOf(name: string): State {
  const state = readState(name)
  if (!state) throw new Error(`cluster ${name} has ended`)
  return state
}
