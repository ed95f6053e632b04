/** The order in which the parts of a cluster start: whatever need not wait for each other does not. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeAddresses, type NodeAddresses } from './addresses.ts'
import type { Built } from './built.ts'
import { cgroupName, makeCgroup } from './cgroups.ts'
import { clusterOf, type Cluster } from './cluster.ts'
import { startControllers, startControlPlane, type Credentials } from './control-plane.ts'
import { forwardApiServer } from './forward.ts'
import { ipvsLabel, kubeProxyManifests, kubeProxyReady, type KubeProxy } from './kube-proxy.ts'
import { startMachine, type Machine } from './machine.ts'
import { connect } from './network.ts'
import { loadImage, startContainerd, startKubelet, type Node } from './node.ts'
import { isReady } from './readyz.ts'
import { say } from './say.ts'
import { clusterFolder, readState, writeState, type State } from './state.ts'
import { until } from './until.ts'
import { kubeconfig } from './users.ts'
import type { Boot } from './vm/boot.ts'
import { startVm, type VmOptions } from './vm/vm.ts'

export interface ClusterOptions {
  /** Clusters of other names may run beside it. */
  readonly name: string
  readonly nodes: number
  readonly kubeProxy: KubeProxy
  /** One node more, with kube-proxy in ipvs mode. */
  readonly ipvs: boolean
  /** What is done before there is a kube-proxy: one that finds all that it has to program does so once. */
  readonly prepare?: (cluster: Cluster) => Promise<void>
  /** It goes on when this process ends; otherwise the kernel ends it then. */
  readonly lasting: boolean
}

export async function startCluster(options: ClusterOptions, built: Built, signal: AbortSignal): Promise<Cluster> {
  const { name, kubeProxy } = options
  const { cp, nodes, vm } = await startMachines(options, signal)
  await connect(cp, nodes, vm)
  const all = [...nodes, ...(vm ? [vm] : [])]
  const [credentials] = await Promise.all([
    startControlPlane(cp, built, all.map(nameOf)),
    ...nodes.map(startContainerd),
  ])
  const cluster = clusterOf(name, stateOf(name))
  await Promise.all([
    vm && startVm(cp, vmOptions(vm, all, built.boot, credentials)),
    loadImages(nodes, built.images),
    apiServerReady(cp, cluster, credentials, signal).then(async () => {
      startControllers(cp, built)
      await startNodes(cluster, { nodes, vm }, built.kubernetes, credentials)
    }),
  ])
  await options.prepare?.(cluster)
  await cluster.create(kubeProxyManifests(kubeProxy, vm !== undefined))
  await kubeProxyReady(cluster)
  writeState(name, { ...stateOf(name), ready: true })
  return cluster
}

const nameOf = ({ name }: NodeAddresses): string => name

async function startMachines(
  { name, nodes, ipvs, lasting }: ClusterOptions,
  signal: AbortSignal,
): Promise<Nodes & { cp: Machine }> {
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
  const addresses = nodeAddresses(ipvs ? nodes + 1 : nodes)
  const vm = ipvs ? addresses.at(-1) : undefined
  if (vm) writeState(name, { ...stateOf(name), vm: vm.name })
  const [cp, ...others] = await Promise.all([machine('cp'), ...addresses.slice(0, nodes).map(node)])
  return { cp, nodes: others, vm }
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

/** Many images at a time only make each other slow. */
async function loadImages(nodes: readonly Node[], archives: readonly Uint8Array[]): Promise<void> {
  for (const archive of archives) await Promise.all(nodes.map(async (node) => loadImage(node, archive)))
  say('images are on the nodes')
}

interface Nodes {
  readonly nodes: readonly Node[]
  readonly vm: NodeAddresses | undefined
}

async function startNodes(
  cluster: Cluster,
  { nodes, vm }: Nodes,
  binaries: string,
  { ca, kubelets }: Credentials,
): Promise<void> {
  const items = [...nodes.map((node) => nodeManifest(node)), ...(vm ? [nodeManifest(vm, ipvsLabels)] : [])]
  // the virtual machine may have come first
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], { input })
  nodes.forEach((node, index) => {
    const user = kubelets[index]
    if (user) startKubelet(node, binaries, ca, user)
  })
  // an emulated machine is slow, above all beside others
  await cluster.kubectl(['wait', '--for=condition=Ready', 'node', '--all', `--timeout=${vm ? 300 : 60}s`])
  say('the nodes are ready')
}

const ipvsLabels = { [ipvsLabel.key]: ipvsLabel.value }

/** kubelet takes over a Node that is there: its pod networks are known before it starts. */
function nodeManifest({ name, podCIDRs }: NodeAddresses, labels: object = {}): object {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { podCIDR: podCIDRs[0], podCIDRs } }
}

function vmOptions(
  node: NodeAddresses,
  all: readonly NodeAddresses[],
  boot: Boot | undefined,
  { ca, kubelets }: Credentials,
): VmOptions {
  const user = kubelets.at(-1)
  if (!user || !boot) throw new Error(`${node.name} has nothing to boot from`)
  return { node, all, boot, ca, user }
}

function stateOf(name: string): State {
  const state = readState(name)
  if (!state) throw new Error(`cluster ${name} has ended`)
  return state
}
