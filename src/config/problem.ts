/** What is wrong with a configuration, or should not be in it, and where. */
import type { Code } from '../codes.ts'

/**
 * When kube-proxy would find it: reading the file, setting the feature gates, setting up its log, checking the values, or using
 * them. It exits at the first of these that has an error.
 */
export type Stage = 'gates' | 'logging' | 'read' | 'start' | 'validate'

export interface Problem {
  readonly code: Code
  /** A sentence without a full stop. */
  readonly message: string
  /** The field, as in the file; undefined for what concerns no field. */
  readonly field?: string
  /** Offsets in the text; both missing for what stands nowhere in it. */
  readonly start?: number
  readonly end?: number
  /** What to do, where it is more precise than the catalogue's. */
  readonly fix?: string
  /** Of errors: when kube-proxy finds it, and what it says. */
  readonly refused?: { readonly stage: Stage; readonly says: string }
}
