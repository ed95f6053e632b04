/** A Service, what it asks for, and for every frontend who gets the traffic. */
import type { ExplainedFrontend, ExplainedPort, ServiceExplanation } from '../answer/explain-service.ts'
import { addressText } from '../answer/outcome.ts'
import { findingsView } from './finding.ts'
import { outcomesView } from './outcomes.ts'
import { fields } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'

export function explainServiceView(explanation: ServiceExplanation, options: ViewOptions): string {
  const { findings, ports, seen } = explanation
  return [
    headView(explanation, options),
    ...ports.map((port) => portView(port, explanation, options)),
    ports.some(({ frontends }) => frontends.length > 0)
      ? ''
      : '\nkube-proxy does nothing for it: it has no address of its own\n',
    findingsView(findings, options),
    seenView(seen, options),
  ].join('')
}

function headView(explanation: ServiceExplanation, options: ViewOptions): string {
  const { affinity, externalTrafficPolicy, internalTrafficPolicy, service, sources, type } = explanation
  return fields(
    [
      { name: 'Service', text: service, paint: options.style.bold },
      { name: 'Type', text: type },
      { name: 'Modes', text: modes(explanation) },
      { name: 'Session affinity', text: affinity === null ? 'none' : `ClientIP, ${affinity.seconds} s` },
      { name: 'Internal traffic policy', text: internalTrafficPolicy },
      { name: 'External traffic policy', text: externalTrafficPolicy ?? '' },
      { name: 'Source ranges', text: sources?.join(', ') ?? '' },
    ],
    options,
  )
}

/** `nftables on node1, node2`. */
function modes({ ports }: ServiceExplanation): string {
  const byMode = new Map<string, string[]>()
  const nodes = new Map(
    ports.flatMap(({ frontends }) =>
      frontends.flatMap((one) => one.nodes.map(({ mode, node }) => [node, mode] as const)),
    ),
  )
  for (const [node, mode] of nodes) byMode.set(mode ?? 'unknown', [...(byMode.get(mode ?? 'unknown') ?? []), node])
  return [...byMode].map(([mode, names]) => `${mode} on ${names.join(', ')}`).join('; ')
}

function portView(
  { frontends, name, port, protocol }: ExplainedPort,
  { service }: ServiceExplanation,
  options: ViewOptions,
): string {
  if (frontends.length === 0) return ''
  const title = name === '' ? `Port: ${port}/${protocol}` : `Port ${name}: ${port}/${protocol}`
  const sections = frontends.map((frontend) => ({ title: frontendText(frontend), nodes: frontend.nodes }))
  return `\n${options.style.bold(title)}\n${outcomesView(sections, service.split('/')[0], options)}`
}

const frontendText = ({ family, ip, kind, port }: ExplainedFrontend): string =>
  ip === null ? `NodePort ${port}${family === 'IPv6' ? ' (IPv6)' : ''}` : `${kind} ${addressText({ ip, port })}`
