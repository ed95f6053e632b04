/** What kube-proxy is for, in a screen. */
import type { KubeProxyExplanation, ProgrammedCluster, ProgrammedNode } from '../answer/explain-kube-proxy.ts'
import type { Outcome } from '../answer/outcome.ts'
import { cut } from './cut.ts'
import { formatShare } from './outcome.ts'
import { platformText } from './platform.ts'
import { heading, paragraph, terms } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'

export function explainKubeProxyView(explanation: KubeProxyExplanation, options: ViewOptions): string {
  const { cluster, leaves, modes, next, seen, serves, summary } = explanation
  const topics = (all: typeof serves): string =>
    terms(
      all.map(({ name, text }) => ({ term: name, text })),
      options,
    )
  return [
    summary.map((text) => paragraph(text, options)).join('\n'),
    heading('What it serves', options),
    topics(serves),
    heading('What it leaves to others', options),
    topics(leaves),
    heading('How: its modes', options),
    paragraph(modes.map(({ name, standing }) => `${name} (${standing})`).join(', '), options, '  '),
    cluster ? clusterView(cluster, options) : '',
    heading('Next', options),
    terms(
      next.map(({ command, shows }) => ({ term: command, text: shows, whole: true })),
      options,
    ),
    seen ? seenView(seen, options) : '',
  ].join('')
}

function clusterView(cluster: ProgrammedCluster, options: ViewOptions): string {
  const { counts, example, nodes } = cluster
  const told = counts
    ? `${counts.services} Services with a ClusterIP, ${counts.ports} ports, ${counts.endpoints ?? 'unknown'} endpoints`
    : 'which Services there are was not recorded'
  return [
    heading('In this cluster', options),
    paragraph(told, options, '  '),
    example ? paragraph(`for example ${exampleText(example)}`, options, '  ') : '',
    cluster.platform === null
      ? ''
      : platformText(cluster)
          .map((text) => paragraph(text, options, '  '))
          .join(''),
    paragraph("on the nodes, kube-proxy's rules, sets and maps, and IPVS virtual servers:", options, '  '),
    nodesView(nodes, options),
  ].join('')
}

function nodesView(nodes: readonly ProgrammedNode[], options: ViewOptions): string {
  const number = { align: 'right' } as const
  const count = (value: number | null): string => (value === null ? '?' : String(value))
  const { more, shown } = cut(nodes, options.limit, 'node')
  const rows = table(
    [
      { header: 'NODE', shrink: true, min: 10 },
      { header: 'MODE' },
      { header: 'RULES', ...number },
      { header: 'SETS', ...number },
      { header: 'IPVS', ...number },
    ],
    shown.map(({ mode, node, rules, sets, virtualServers }) => [
      node,
      mode ?? 'unknown',
      count(rules),
      count(sets),
      count(virtualServers),
    ]),
    { ...options, indent: '  ' },
  )
  return rows + more
}

/** `shop/web: TCP 10.96.1.2:80 goes to 3 pods, a third each`. */
function exampleText({ destination, outcomes, service }: NonNullable<ProgrammedCluster['example']>): string {
  return `${service}: ${destination} ${fateText(outcomes)}`
}

function fateText(outcomes: readonly Outcome[]): string {
  const failed = outcomes.find(({ verdict }) => verdict !== 'deliver')
  const [first] = outcomes
  if (failed || !first) return `does not always reach an endpoint: ${failed?.why ?? 'nothing is known'}`
  const pods = outcomes.every(({ endpoint }) => typeof endpoint?.pod === 'string')
  const what = `${pods ? 'pod' : 'endpoint'}${outcomes.length === 1 ? '' : 's'}`
  const equal = outcomes.every(({ share }) => Math.abs(share - first.share) < 1e-6)
  const shares = equal
    ? `${eachText(outcomes.length)} each`
    : outcomes.map(({ share }) => formatShare(share)).join(', ')
  return `goes to ${outcomes.length} ${what}${outcomes.length === 1 ? '' : `, ${shares}`}`
}

const eachText = (parts: number): string =>
  ({ 2: 'half', 3: 'a third', 4: 'a quarter', 5: 'a fifth' })[parts] ?? `1 in ${parts} connections`
