/** Where kube-proxy's kubeconfig has the API server: not where kube-proxy itself has to lead. */
import { finding } from '../answer/finding.ts'
import { nameOf, configMapNamed } from '../cluster/applied.ts'
import { qualified } from '../cluster/objects.ts'
import { fileSource } from '../cluster/workload.ts'
import { parseIp } from '../ruleset/address.ts'
import { skipped, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'
import type { Subject } from './subject.ts'

export const apiAddress: ClusterCheck = {
  codes: ['KPX4138'],
  needs: 'cluster',
  applies: whole,
  ofCluster: (subject) => {
    const { object, server } = kubeconfigOf(subject)
    if (server === undefined) return skipped("kube-proxy's kubeconfig was not seen")
    const host =
      /^https?:\/\/(?:\[([^\]]+)\]|([^:/]+))/
        .exec(server)
        ?.slice(1)
        .find((part) => part !== undefined) ?? ''
    const own = subject.scene.cluster.services.find(({ clusterIPs }) => clusterIPs.some((ip) => isSame(ip, host)))
    const isName = /^kubernetes(?:\.default(?:\.svc(?:\..*)?)?)?$/.test(host)
    if (!own && !isName) return []
    const whose = own ? `the address of Service ${qualified(own)}` : 'the name of a Service'
    return [finding('KPX4138', { message: `its kubeconfig has the API server at ${server}, ${whose}`, object })]
  },
}

const isSame = (ip: string, host: string): boolean => ip === host || (parseIp(host) ?? NaN) === parseIp(ip)

function kubeconfigOf({ recognition, scene, settings }: Subject): {
  object: string | null
  server: string | undefined
} {
  const [started] = recognition.scene.kubeProxies
  const path = settings[0]?.text('clientConnection.kubeconfig') ?? ''
  const source = started && path !== '' ? fileSource(started.container, path) : undefined
  if (!started || source?.kind !== 'ConfigMap') return { object: null, server: undefined }
  const map = configMapNamed(scene.capture, started.object.namespace, source.name)
  const server = /\bserver["']?:\s*["']?([^"'\s,}]+)/.exec(map?.data.get(source.key) ?? '')?.[1]
  return { object: map ? nameOf(map) : null, server }
}
