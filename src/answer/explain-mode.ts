/** `kpx explain mode`: what a mode is, and how a packet of this recording goes through it. */
import { qualified } from '../cluster/objects.ts'
import type { Service } from '../cluster/objects.ts'
import { KpxError } from '../error.ts'
import { isPlanned, modes } from '../modes.ts'
import type { Milestone, Mode } from '../modes.ts'
import { nearest } from '../nearest.ts'
import { offlineDocumentOf } from './document.ts'
import type { OfflineDocument } from './document.ts'
import { chooseExample, exampleFor } from './example.ts'
import { modeOf } from './mode.ts'
import type { Scene } from './scene.ts'
import { walk } from './walk/walk.ts'
import type { Walk } from './walk/walk.ts'

export type ModeExample = Walk & { readonly service: string }

export type ModeExplanation = OfflineDocument<'ModeExplanation'> &
  Omit<Mode, 'milestones' | 'name'> & {
    readonly mode: Mode['name']
    readonly milestones: readonly (Milestone & { readonly planned: boolean })[]
    readonly example: ModeExample | null
    /** Why there is no example. */
    readonly noExample: string | null
  }

/** The recording to take an example from: its nodes, and the Service where the user named one. */
export interface ExampleSource {
  readonly scene: Scene
  readonly nodes: readonly string[]
  readonly service: Service | undefined
}

/** Throws KPX1001 for what is no mode of kube-proxy's. */
export function findMode(text: string): Mode {
  const name = text.toLowerCase()
  const mode = modes.find((one) => one.name === name)
  if (mode) return mode
  const names = modes.map((one) => one.name).join(', ')
  if (name === 'kernelspace') {
    const why =
      "kernelspace is kube-proxy's mode on Windows: it programs load balancers of Windows' Host Networking Service"
    throw new KpxError('KPX1001', `${why}, which kpx does not read`, { fix: `choose a mode of Linux: ${names}` })
  }
  const near = nearest(name, modes)
  throw new KpxError('KPX1001', `kube-proxy has no mode "${text}"`, {
    fix: near ? `did you mean ${near.name}? The modes are ${names}` : `choose one of ${names}`,
  })
}

export function explainMode({ milestones, name, ...facts }: Mode, source: ExampleSource | undefined): ModeExplanation {
  const example = exampleIn(source, name)
  return {
    ...offlineDocumentOf('ModeExplanation', source?.scene),
    mode: name,
    ...facts,
    milestones: milestones.map((milestone) => ({ ...milestone, planned: isPlanned(milestone) })),
    example: typeof example === 'string' ? null : example,
    noExample: typeof example === 'string' ? example : null,
  }
}

/** On the first node that runs the mode; else why there is none. */
function exampleIn(source: ExampleSource | undefined, mode: Mode['name']): ModeExample | string {
  if (mode === 'userspace') return "there is none: its endpoints are in no kernel's rules"
  if (!source) return `a packet through a recorded node of that mode: kpx explain mode ${mode} --from CAPTURE`
  const { nodes, scene, service } = source
  const node = nodes.find((one) => modeOf(one, scene) === mode)
  if (node === undefined)
    return `there is none, since no node of the recording runs ${mode}: ${runningModes(nodes, scene)}`
  const example = service ? exampleFor(service, node, scene) : chooseExample(node, scene)
  if (!example) return 'there is none, since no Service of the recording has an address and an endpoint'
  return { service: qualified(example.service), ...walk(example.sender, example.destination, scene) }
}

/** `iptables on node1, node2; unknown on node3`. */
function runningModes(nodes: readonly string[], scene: Scene): string {
  const byMode = new Map<string, string[]>()
  for (const node of nodes) {
    const mode = modeOf(node, scene) ?? 'unknown'
    byMode.set(mode, [...(byMode.get(mode) ?? []), node])
  }
  return [...byMode].map(([mode, names]) => `${mode} on ${names.join(', ')}`).join('; ') || 'it has no nodes'
}
