/** A Service, what it asks for, and for every frontend who gets the traffic. */
import type { ExplainedFrontend, ExplainedPort, ServiceExplanation } from '../answer/explain-service.ts'
import { addressText } from '../answer/outcome.ts'
import { findingsView } from './finding.ts'
import { outcomesView } from './outcomes.ts'
import { bullet, fields, heading } from './prose.ts'
import type { Field } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'

export function explainServiceView(explanation: ServiceExplanation, options: ViewOptions): string {
  const { behaviour, findings, ports, seen } = explanation
  return [
    headView(explanation, options),
    behaviourView(behaviour, options),
    ...ports.map((port) => portView(port, explanation, options)),
    findingsView(findings, options),
    seenView(seen, options),
  ].join('')
}

/** What is not as the Service asks for stands out. */
const behaviourView = (behaviour: ServiceExplanation['behaviour'], options: ViewOptions): string =>
  heading('What happens:', options) +
  behaviour
    .map(({ holds, text }) =>
      bullet(text, options, holds === false ? options.style.bad : holds === null ? options.style.warn : undefined),
    )
    .join('')

const headView = (explanation: ServiceExplanation, options: ViewOptions): string =>
  fields(
    serviceFields(explanation).map((field, i) => (i === 0 ? { ...field, paint: options.style.bold } : field)),
    options,
  )

/** What it asks for; its name first. */
export function serviceFields(explanation: ServiceExplanation): Field[] {
  const { affinity, externalTrafficPolicy, internalTrafficPolicy, service, sources, type } = explanation
  return [
    { name: 'Service', text: service },
    { name: 'Type', text: type },
    { name: 'Modes', text: modes(explanation) },
    { name: 'Session affinity', text: affinity === null ? 'none' : `ClientIP, ${affinity.seconds} s` },
    { name: 'Internal traffic policy', text: internalTrafficPolicy },
    { name: 'External traffic policy', text: externalTrafficPolicy ?? '' },
    { name: 'Source ranges', text: sources?.join(', ') ?? '' },
  ]
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
  const title = portText({ name, port, protocol })
  const sections = frontends.map((frontend) => ({ title: frontendText(frontend), nodes: frontend.nodes }))
  return `\n${options.style.bold(title)}\n${outcomesView(sections, service.split('/')[0], options)}`
}

export const portText = ({ name, port, protocol }: Pick<ExplainedPort, 'name' | 'port' | 'protocol'>): string =>
  name === '' ? `Port: ${port}/${protocol}` : `Port ${name}: ${port}/${protocol}`

export const frontendText = (frontend: ExplainedFrontend): string => frontendWords(frontend).join(' ')

/** `['NodePort', '30080 (IPv6)']`. */
export const frontendWords = ({ family, ip, kind, port }: ExplainedFrontend): [string, string] =>
  ip === null ? ['NodePort', `${port}${family === 'IPv6' ? ' (IPv6)' : ''}`] : [kind, addressText({ ip, port })]
