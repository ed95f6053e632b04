/** `kpx capture`: what was recorded. */
import { documentOf } from './document.ts'
import type { Document } from './document.ts'
import type { Scene } from './scene.ts'

export type CaptureSummary = Document<'CaptureSummary'> & {
  readonly path: string
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
}

export const captureSummary = (
  path: string,
  files: readonly { readonly path: string; readonly bytes: Buffer }[],
  scene: Scene,
): CaptureSummary => ({
  ...documentOf('CaptureSummary', scene),
  path,
  files: files.map((file) => ({ path: file.path, bytes: file.bytes.length })),
})
