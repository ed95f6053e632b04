/** Which release a node's kube-proxy is. */
import type { Capture } from '../../capture/capture.ts'
import type { KubeProxyPod } from '../../cluster/kube-proxy.ts'
import { decodeMetrics } from '../../decode/metrics.ts'
import { sourceFile } from '../../decode/source.ts'
import type { SourceFile } from '../../decode/source.ts'
import { minorOf } from '../../version.ts'

/** `v1.37.1`, by what it says itself (--version, kubernetes_build_info), else by its image's tag. */
export function kubeProxyVersion(
  node: string,
  pod: KubeProxyPod | undefined,
  capture: Pick<Capture, 'file'>,
): string | undefined {
  const file = (name: string): SourceFile | undefined => {
    const bytes = capture.file(node, name)
    return bytes && sourceFile(name, bytes)
  }
  const told = file('kube-proxy-version.txt')
    ?.text.replace(/^Kubernetes /, '')
    .trim()
  const metrics = file('metrics.txt')
  const built = metrics && decodeMetrics(metrics, [buildInfo]).get(buildInfo)?.[0]?.labels.get('git_version')
  const tag = pod?.container.image.replace(/@.*$/, '').replace(/^.*:/, '')
  return [told, built, tag].find((text) => text !== undefined && minorOf(text) !== undefined)
}

const buildInfo = 'kubernetes_build_info'
