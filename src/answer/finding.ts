/** A finding: something that is not as it should be, with its code from the catalogue and the lines that say so. */
import { entryOf } from '../codes.ts'
import type { CatalogueEntry, Code } from '../codes.ts'
import type { Evidence } from './outcome.ts'

export interface Finding {
  readonly code: Code
  readonly level: CatalogueEntry['level']
  readonly title: string
  readonly message: string
  readonly object: string | null
  readonly node: string | null
  readonly field: string | null
  readonly evidence: readonly Evidence[]
  readonly fix: string | null
  readonly link: string | null
  readonly suppressed: { readonly by: string; readonly reason: string } | null
}

type Details = Pick<Finding, 'message'> & Partial<Pick<Finding, 'evidence' | 'field' | 'node' | 'object'>>

/** Title, level and fix are the catalogue's. */
export function finding(code: Code, details: Details): Finding {
  const entry = entryOf(code)
  return {
    code,
    level: entry.level,
    title: entry.title,
    object: null,
    node: null,
    field: null,
    evidence: [],
    fix: entry.fix,
    link: null,
    suppressed: null,
    ...details,
  }
}
