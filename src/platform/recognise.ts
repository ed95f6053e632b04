/** Which platforms a cluster is of, and who owns an object there. */
import type { Capture } from '../capture/capture.ts'
import { nameOf } from '../cluster/applied.ts'
import type { Applied } from '../cluster/applied.ts'
import { applierOf, keeperOf, nobody } from './owner.ts'
import type { Owner } from './owner.ts'
import { settableModes } from './platform.ts'
import type { Fate, OwnersFile, OwnersWay, Platform } from './platform.ts'
import { platforms } from './platforms/index.ts'
import { platformScene } from './scene.ts'
import type { PlatformScene } from './scene.ts'
import type { Setting } from './setting.ts'

interface Recognised {
  readonly platform: Platform
  /** At least one. */
  readonly evidence: readonly string[]
}

export interface Recognition {
  readonly scene: PlatformScene
  /** Without those that another one speaks for; what serves the Services in kube-proxy's place first. */
  readonly found: readonly Recognised[]
  /** A sentence without a full stop: what was looked at. */
  readonly looked: string
}

/** Of the cluster that was recorded; a capture is read once. */
export function recognitionOf(capture: Capture): Recognition {
  let known = recognitions.get(capture)
  if (!known) recognitions.set(capture, (known = recognise(platformScene(capture))))
  return known
}

const recognitions = new WeakMap<Capture, Recognition>()

export function recognise(scene: PlatformScene): Recognition {
  const all = platforms.flatMap((platform): Recognised[] => {
    const evidence = platform.recognise(scene)
    return evidence.length > 0 ? [{ platform, evidence }] : []
  })
  const general = new Set(all.flatMap(({ platform }) => platform.refines ?? []))
  const found = all.filter(({ platform }) => !general.has(platform.id))
  const isReplacement = ({ platform }: Recognised): boolean => platform.kind === 'none'
  return {
    scene,
    found: found.toSorted((a, b) => Number(isReplacement(b)) - Number(isReplacement(a))),
    looked: lookedAt(scene),
  }
}

function lookedAt({ apiGroups, configMaps, daemonSets, gitVersion, nodes, unseen }: PlatformScene): string {
  const counted: readonly (readonly [string, number])[] = [
    ['nodes', nodes.length],
    ['daemonsets', daemonSets.length],
    ['configmaps', configMaps.length],
    ['apigroups', apiGroups.size],
  ]
  const seen = counted
    .filter(([list]) => !unseen.includes(list))
    .map(([list, count]) => `${count} ${nouns[list]}${count === 1 ? '' : 's'}`)
  const all = [...seen, ...(gitVersion === '' ? [] : [`the API server's version ${gitVersion}`])]
  const missing = unseen.map((list) => (list === 'version' ? nouns[list] : `${nouns[list]}s`)).join(', ')
  return `looked at ${all.length === 0 ? 'nothing' : all.join(', ')}${missing === '' ? '' : `; not seen: ${missing}`}`
}

const nouns: Readonly<Record<string, string>> = {
  apigroups: 'API group',
  configmaps: 'ConfigMap',
  daemonsets: 'DaemonSet',
  nodes: 'Node',
  pods: 'pod',
  version: "the API server's version",
}

/** The owner of an object, what becomes of another's edit of it, and the way in which the owner changes it. */
export interface Ownership extends Owner {
  readonly fate: Fate
  /** Undefined where the owner has none but an edit of the object; `whole` is what the object is to hold after the change. */
  readonly way: (wanted: readonly Setting[], whole?: OwnersFile) => OwnersWay | undefined
}

/** Whoever applied it with a tool of their own comes before the platform, and the platform before what only hints at one. */
export function ownershipOf(object: Applied, { found, scene }: Recognition): Ownership {
  const owning = strictest(object, found)
  const fate = owning?.platform.fate(object)
  const keeper = keeperOf(object)
  const isWeaker = owning !== undefined && (fate?.outcome === 'undone' || keeper?.fate.outcome !== 'undone')
  const applier = applierOf(object) ?? (isWeaker ? undefined : keeper)
  if (applier) {
    const { commands, notes } = applier.way
    const hasWay = commands.length + notes.length > 0
    const way = (whole: OwnersFile | undefined): OwnersWay => ({
      files: whole ? [whole] : [],
      commands,
      notes: [...(whole ? [`${whole.path} is what ${nameOf(object)} is to hold`] : []), ...notes],
      refused: [],
    })
    return { ...applier, way: (_wanted, whole) => (hasWay ? way(whole) : undefined) }
  }
  if (!owning || !fate) return { ...nobody(object), fate: { outcome: 'kept', why: '' }, way: () => undefined }
  const { evidence, platform } = owning
  return {
    owner: platform.name,
    evidence: evidence.join('; '),
    fate,
    way: (wanted) => ownersWay(platform, wanted, scene),
  }
}

/** Of several platforms with a kube-proxy the one that undoes edits. */
function strictest(object: Applied, found: readonly Recognised[]): Recognised | undefined {
  const owning = found.filter(({ platform }) => platform.kind !== 'none')
  return owning.find(({ platform }) => platform.fate(object).outcome === 'undone') ?? owning[0]
}

/** Settings in the platform's own way; a mode that cannot be had there is refused. Throws KPX1001 for what cannot be set. */
export function ownersWay(platform: Platform, wanted: readonly Setting[], scene: PlatformScene): OwnersWay {
  const verdicts: Readonly<Record<string, string | null>> = platform.modes(scene)
  const why = ({ path, value }: Setting): string | null => {
    if (path !== 'mode' || value === null) return null
    return Object.hasOwn(verdicts, value) ? (verdicts[value] ?? null) : `the modes are ${settableModes.join(', ')}`
  }
  const refused = wanted.flatMap((one) => {
    const reason = why(one)
    return reason === null ? [] : [{ field: `mode=${one.value}`, why: reason }]
  })
  const able = wanted.filter((one) => why(one) === null)
  const way = able.length > 0 ? platform.change(able, scene) : {}
  return {
    files: way.files ?? [],
    commands: way.commands ?? [],
    notes: way.notes ?? [],
    refused: [...refused, ...(way.refused ?? [])],
  }
}
