/** What every JSON document begins with. */
import type { Verdict } from '../evaluate/evaluate.ts'
import { seenOf } from './scene.ts'
import type { Scene, Seen } from './scene.ts'

export interface Document<Kind extends string> {
  readonly apiVersion: 'kpx/v1'
  readonly kind: Kind
  readonly seen: Seen
}

/** Whether answers were asked for and none could be given. */
export const isBlind = (answers: readonly { readonly verdict: Verdict }[]): boolean =>
  answers.length > 0 && answers.every(({ verdict }) => verdict === 'unknown')

/** Whether all of these nodes could be looked at: what is known of the others is no answer about these. */
export const hasSeen = ({ seen }: Document<string>, nodes: readonly string[]): boolean =>
  nodes.every((node) => seen.nodes.includes(node))

export const documentOf = <Kind extends string>(kind: Kind, scene: Scene): Document<Kind> =>
  documentSeeing(kind, seenOf(scene))

/** For an answer that looks at files and needs no scene. */
export const documentSeeing = <Kind extends string>(kind: Kind, seen: Seen): Document<Kind> => ({
  apiVersion: 'kpx/v1',
  kind,
  seen,
})

/** Of an answer that needs no capture: `seen` only where one was read. */
export type OfflineDocument<Kind extends string> = Omit<Document<Kind>, 'seen'> & Partial<Pick<Document<Kind>, 'seen'>>

export const offlineDocumentOf = <Kind extends string>(kind: Kind, scene: Scene | undefined): OfflineDocument<Kind> =>
  scene ? documentOf(kind, scene) : { apiVersion: 'kpx/v1', kind }
