/** A finding: something that is not as it should be, with its code from the catalogue and the lines that say so. */
import { entryOf } from '../codes.ts'
import type { CatalogueEntry, Code } from '../codes.ts'
import type { Evidence } from './outcome.ts'

/** A line of a file that the user passed: of no node, and with the part of the line that is meant. */
export interface FileEvidence {
  readonly file: string
  readonly line: number
  /** Counted from 1. */
  readonly column: number
  /** The last column of it. */
  readonly endColumn: number
  /** The whole line, with its indent. */
  readonly text: string
}

export interface Finding {
  readonly code: Code
  readonly level: CatalogueEntry['level']
  readonly title: string
  readonly message: string
  readonly object: string | null
  readonly node: string | null
  readonly field: string | null
  readonly evidence: readonly (Evidence | FileEvidence)[]
  readonly fix: string | null
  readonly link: string | null
  /** The Services whose connections it changes, `shop/web`, sorted. */
  readonly affects?: readonly string[]
  /** What kube-proxy itself says, as its log has it. */
  readonly says?: string
  readonly suppressed: { readonly by: string; readonly reason: string } | null
}

type Details = Pick<Finding, 'message'> & Partial<Pick<Finding, 'evidence' | 'field' | 'node' | 'object' | 'affects'>>

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
