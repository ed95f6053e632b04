/** Versions: of kpx, and of what it is asked about. */
import type { Versions } from '../answer/version.ts'
import { cut } from './cut.ts'
import { findingsView } from './finding.ts'
import { fields } from './prose.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'

export function versionView({ client, cluster, findings, kubeProxy }: Versions, options: ViewOptions): string {
  const { modes, newest, oldest } = kubeProxy
  const own = [
    { name: 'kpx', text: `${client.version} (${client.platform}, Node.js ${client.node})` },
    { name: 'Knows', text: `kube-proxy ${oldest} to ${newest}` },
    {
      name: 'Modes',
      text: modes.filter(({ evaluated }) => evaluated).map(({ mode, standing }) => `${mode} (${standing})`),
    },
    { name: 'API server', text: cluster ? (cluster.server ?? '?') : '' },
  ]
  return fields(own, options) + (cluster ? nodesView(cluster, options) : '') + findingsView(findings, options)
}

function nodesView({ nodes }: NonNullable<Versions['cluster']>, options: ViewOptions): string {
  const { more, shown } = cut(nodes, options.limit, 'node')
  const rows = shown.map(({ kubelet, node, version }) => [node, version ?? '?', kubelet ?? '?'])
  const columns = [{ header: 'NODE', shrink: true, min: 10 }, { header: 'KUBE-PROXY' }, { header: 'KUBELET' }]
  return `\n${table(columns, rows, options)}${more}`
}
