/** `kpx config diff`: the configuration against what it was, or against a file. */
import { changedFields } from '../../config/edit/changed-fields.ts'
import type { FieldChange } from '../../config/edit/changed-fields.ts'
import { documentSeeing } from '../document.ts'
import type { Document } from '../document.ts'
import { textDiff } from '../text-diff.ts'

/** A text and what it is called. */
export interface NamedText {
  readonly name: string
  readonly text: string
}

export interface ConfigDiff extends Document<'ConfigDiff'> {
  /** What is compared, as the diff names it. */
  readonly before: string
  readonly after: string
  /** Unified; empty where they are the same to the last byte. */
  readonly diff: string
  /** The fields that kube-proxy would read otherwise. */
  readonly changes: readonly FieldChange[]
}

export const diffOf = (before: NamedText, after: NamedText): ConfigDiff => ({
  ...documentSeeing('ConfigDiff', { nodes: [], of: 0, blind: [] }),
  before: before.name,
  after: after.name,
  diff: textDiff(before.text, after.text, [before.name, after.name]),
  changes: changedFields(before.text, after.text),
})
