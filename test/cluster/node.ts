/** A node: containerd and kubelet in a machine of its own, with the paths that they have on any node. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { NodeAddresses } from './addresses.ts'
import { apiServer } from './control-plane.ts'
import { toolsImage } from './images.ts'
import { builtPath, inside, runInside, startDaemon, type Machine } from './machine.ts'
import { attempt } from './run.ts'
import { until } from './until.ts'
import { kubeconfig, type User } from './users.ts'

export interface Node extends NodeAddresses {
  readonly machine: Machine
  /** The folder of its pods' cgroups, in every hierarchy. */
  readonly cgroup: string
}

const socket = '/run/containerd/containerd.sock'

export async function startContainerd({ machine, podCIDRs }: Node): Promise<void> {
  put(machine, containerdFiles(podCIDRs))
  mkdirSync(join(machine.folder, 'containerd'))
  // in memory, as containerd waits for the disk after every file
  await runInside(machine, ['mount', '-t', 'tmpfs', 'tmpfs', '/var/lib/containerd'])
  startDaemon(machine, 'containerd', ['containerd', '--config', '/var/lib/containerd.toml'])
  const answers = async () => (await attempt(...inside(machine, 'ctr', '-a', socket, 'version'))).exit === 0
  await until(`containerd answers on ${machine.name}`, answers)
}

/** Reads the archive of an image. */
export const importImage = ['ctr', '-a', socket, '-n', 'k8s.io', 'images', 'import', '-']

/** Every pod finds its image on the node: there is no registry. */
export async function loadImage({ machine }: Node, input: Uint8Array): Promise<void> {
  await runInside(machine, importImage, { input })
}

export function startKubelet({ machine, addresses, cgroup }: Node, binaries: string, ca: Uint8Array, user: User): void {
  put(machine, kubeletFiles(`/${cgroup}`, ca, user))
  startDaemon(machine, 'kubelet', [builtPath(join(binaries, 'kubelet')), ...kubeletFlags(addresses)])
}

type NodeFiles = readonly (readonly [path: string, text: string])[]

/** What containerd reads, by the path below /var/lib. */
export function containerdFiles(podCIDRs: readonly string[]): NodeFiles {
  return [
    ['cni/net.d/10-bridge.conflist', JSON.stringify(podNetwork(podCIDRs))],
    ['containerd.toml', containerdConfig],
  ]
}

/** What kubelet reads. */
export function kubeletFiles(cgroup: string, ca: Uint8Array, user: User): NodeFiles {
  return [
    ['kubelet/config.yaml', JSON.stringify(kubeletConfig(cgroup))],
    ['kubelet/kubeconfig', kubeconfig(apiServer, ca, user)],
  ]
}

export function kubeletFlags(addresses: readonly string[]): string[] {
  const files = ['--config=/var/lib/kubelet/config.yaml', '--kubeconfig=/var/lib/kubelet/kubeconfig']
  return [...files, `--node-ip=${addresses.join(',')}`]
}

function put({ folder }: Machine, files: NodeFiles): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { mode: 0o600 })
  }
}

/** Nothing of the machine's sandboxing of its own: whoever may start the cluster is root anyway. */
const containerdConfig = `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "/var/lib/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${toolsImage}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/var/lib/cni/net.d"
`

function podNetwork(podCIDRs: readonly string[]): object {
  const ranges = podCIDRs.map((subnet) => [{ subnet }])
  const ipam = { type: 'host-local', ranges, routes: [{ dst: '0.0.0.0/0' }, { dst: '::/0' }] }
  const bridge = { type: 'bridge', bridge: 'cni0', isGateway: true, hairpinMode: true, ipam }
  return { cniVersion: '0.4.0', name: 'pods', plugins: [bridge] }
}

/** The kubelet as it must be where it shares a machine: no limits, no eviction, cgroups below one folder of its own. */
function kubeletConfig(cgroup: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${socket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    enforceNodeAllocatable: [],
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'imagefs.available': '0%',
      'nodefs.inodesFree': '0%',
    },
    failCgroupV1: false,
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    resolvConf: '',
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
  }
}
