/** All programs of one cluster. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { etcdBinary, kubernetesBinaries, ownBinary } from './binaries.ts'

/** The folders of what was built, and the paths of single programs. */
export interface Built {
  readonly etcd: string
  readonly kubernetes: string
  readonly kubeProxy: string
  readonly echo: string
}

export const kubernetesVersion = '1.37.1'
const etcdVersion = '3.6.8'
const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kubectl']
const echoSource = fileURLToPath(new URL('echo.go', import.meta.url))

export async function buildAll(kubeProxyVersion: string): Promise<Built> {
  const etcd = await etcdBinary(etcdVersion)
  const kubernetes = await kubernetesBinaries(kubernetesVersion, components)
  const kubeProxy = join(await kubernetesBinaries(kubeProxyVersion, ['kube-proxy']), 'kube-proxy')
  return { etcd, kubernetes, kubeProxy, echo: await echoBinary() }
}

/** The program of the test pods, for a node's own network. */
export const echoBinary = (): Promise<string> => ownBinary(echoSource)
