/** What every JSON document begins with. */
import { seenOf } from './scene.ts'
import type { Scene, Seen } from './scene.ts'

export interface Document<Kind extends string> {
  readonly apiVersion: 'kpx/v1'
  readonly kind: Kind
  readonly seen: Seen
}

export const documentOf = <Kind extends string>(kind: Kind, scene: Scene): Document<Kind> => ({
  apiVersion: 'kpx/v1',
  kind,
  seen: seenOf(scene),
})
