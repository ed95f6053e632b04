/** What the commands `kpx explain ...` tell of a recording, as they print it, with the recording read once. */
import { parseAddress } from '../../src/answer/asked-address.ts'
import type { Document as Answer, OfflineDocument } from '../../src/answer/document.ts'
import { explainAddress } from '../../src/answer/explain-address.ts'
import { explainCode, findCode } from '../../src/answer/explain-code.ts'
import { explainKubeProxy } from '../../src/answer/explain-kube-proxy.ts'
import { explainMode } from '../../src/answer/explain-mode.ts'
import { explainPod } from '../../src/answer/explain-pod.ts'
import { explainService } from '../../src/answer/explain-service.ts'
import type { Scene } from '../../src/answer/scene.ts'
import { modes } from '../../src/modes.ts'

export async function explanations(scene: Scene): Promise<(Answer<string> | OfflineDocument<string>)[]> {
  const { services, pods } = scene.cluster
  const { nodes } = scene.capture
  return [
    explainKubeProxy(scene, nodes),
    ...modes.map((mode) => explainMode(mode, { scene, nodes, service: undefined })),
    await explainCode(findCode('KPX3001'), { scene, services, nodes }),
    ...services.map((service) => explainService(service, nodes, scene)),
    ...addresses(scene).map((address) => explainAddress(parseAddress(address), nodes, scene)),
    ...pods.map((pod) => explainPod(pod, nodes, scene)),
  ]
}

/** Of a Service, a node, a pod, a node's own and nobody's, with a port and without. */
function addresses({ cluster }: Scene): string[] {
  const [clusterIP] = cluster.services.flatMap(({ clusterIPs }) => clusterIPs)
  const [node] = cluster.nodes.flatMap((one) => one.addresses)
  const endpoint = cluster.endpoints.find(({ ip, pod }) => pod !== undefined && !ip.includes(':'))
  return [
    ...[clusterIP, node, endpoint?.ip].flatMap((ip) => (ip === undefined ? [] : [ip, `${ip}:80`])),
    '127.0.0.1',
    '192.0.2.1',
    '[2001:db8::1]:53/UDP',
  ]
}
