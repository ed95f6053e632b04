/** All programs of one cluster. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { etcdBinary, kubernetesBinaries, ownBinary } from './binaries.ts'
import { kubeProxyArchive, toolsArchive } from './images.ts'
import { bootFiles, type Boot } from './vm/boot.ts'

/** The folders of what was built, and the paths of single programs. */
export interface Built {
  readonly etcd: string
  readonly kubernetes: string
  /** The archives of the images that every node has. */
  readonly images: readonly Uint8Array[]
  /** Where a node is to be a virtual machine. */
  readonly boot: Boot | undefined
}

export const kubernetesVersion = '1.37.1'
const etcdVersion = '3.6.8'
const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kubectl']
const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

export async function buildAll(kubeProxyVersion: string, ipvs: boolean): Promise<Built> {
  const etcd = await etcdBinary(etcdVersion)
  const kubernetes = await kubernetesBinaries(kubernetesVersion, components)
  const images = [await toolsArchive(await echoBinary()), await kubeProxyImageOf(kubeProxyVersion)]
  const boot = ipvs ? await bootFiles(join(kubernetes, 'kubelet'), images) : undefined
  return { etcd, kubernetes, images, boot }
}

/** The archive of kube-proxy's image. */
export async function kubeProxyImageOf(version: string): Promise<Uint8Array> {
  return kubeProxyArchive(version, join(await kubernetesBinaries(version, ['kube-proxy']), 'kube-proxy'))
}

/** The program of the test pods, for a node's own network. */
export const echoBinary = (): Promise<string> => ownBinary(source('echo.go'), source('traffic.go'))
