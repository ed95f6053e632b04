/** What a platform is: how it is recognised, where it has kube-proxy's configuration, and how that is changed there. */
import type { Applied } from '../cluster/applied.ts'
import type { PlatformNode, PlatformScene } from './scene.ts'
import type { Setting } from './setting.ts'

/** `none`: another program serves the Services, and there is no kube-proxy. */
type PlaceKind =
  'ConfigMap' | 'flags' | 'host process' | 'immutable ConfigMap' | 'none' | 'operator' | 'provider' | 'static pod'

export const settableModes = ['iptables', 'ipvs', 'nftables'] as const

export type SettableMode = (typeof settableModes)[number]

/** Why a mode cannot be had there; null where it can. */
export type ModeVerdicts = Readonly<Record<SettableMode, string | null>>

export interface Fate {
  /** `replaced`: when somebody upgrades or sets up the cluster again; `undone`: without anybody wanting that. */
  readonly outcome: 'kept' | 'replaced' | 'undone'
  /** Who does it, and when: `AKS puts back its own within minutes`. Empty where an edit is kept. */
  readonly why: string
}

export interface OwnersFile {
  /** Where it is to be written: on the machine of whoever types the commands, or as a note says. */
  readonly path: string
  /** Complete. */
  readonly text: string
}

/** A change in the way of whoever owns the configuration. Names that kpx cannot know stand in it in capitals: `CLUSTER`. */
export interface OwnersWay {
  readonly files: readonly OwnersFile[]
  /** As a shell takes them, in this order. */
  readonly commands: readonly string[]
  /** What else to know, each a sentence without a full stop. */
  readonly notes: readonly string[]
  /** The fields that cannot be set that way. */
  readonly refused: readonly RefusedField[]
}

export interface RefusedField {
  readonly field: string
  readonly why: string
}

export interface Platform {
  /** `eks-addon`; unique. */
  readonly id: string
  /** As it calls itself. */
  readonly name: string
  /** Ids of the platforms that it is a special kind of: where both are recognised, it speaks for them. */
  readonly refines?: readonly string[]
  readonly kind: PlaceKind
  /** The objects that say so, each as `label KEY: VALUE of Node NAME`; empty where it is another platform. */
  readonly recognise: (scene: PlatformScene) => readonly string[]
  /** Where the configuration is, and whose that is, in the platform's words: a phrase behind `AKS: `. */
  readonly place: (scene: PlatformScene) => string
  /**
   * What a node's kube-proxy that is no pod is started with, in words as of a container, as far as the API tells; undefined where it does
   * not, or where there is none.
   */
  readonly started?: (node: PlatformNode, scene: PlatformScene) => readonly string[] | undefined
  /** What becomes of an edit of the object. */
  readonly fate: (object: Applied) => Fate
  readonly modes: (scene: PlatformScene) => ModeVerdicts
  /** Settings whose mode, if it is among them, can be had. */
  readonly change: (wanted: readonly Setting[], scene: PlatformScene) => Partial<OwnersWay>
}

/** Who never looks at it again. */
export const kept = (): Fate => ({ outcome: 'kept', why: '' })

export const undone = (why: string) => (): Fate => ({ outcome: 'undone', why })
