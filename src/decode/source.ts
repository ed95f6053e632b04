/** What every decoder takes and what it says of the lines that it read. */
import { isAscii } from 'node:buffer'
import type { Table } from '../ruleset/ruleset.ts'

/** One file of a node's recording, as the tool printed it; without a byte order mark. */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

/** Bytes that are no UTF-8 become U+FFFD. */
export function sourceFile(name: string, bytes: Buffer): SourceFile {
  // one byte a character where that is all: half the memory, and the fastest to read
  const text = isAscii(bytes) ? bytes.toString('latin1') : bytes.toString('utf8')
  return { name, text: text.startsWith('\ufeff') ? text.slice(1) : text }
}

/** Gives a file of the node, e.g. `iptables-save.txt`. */
export type ReadFile = (name: string) => SourceFile | undefined

export interface UnknownLine {
  readonly line: number
  readonly text: string
  readonly why: string
}

export interface IgnoredLine {
  readonly line: number
  readonly why: string
}

/** Where a file ends too early: what should be behind it is not known. */
export interface Cut {
  readonly file: string
  readonly line: number
  readonly why: string
}

/** Every line of a file is recognised, ignored for a reason, or unknown. */
export interface LineReport {
  readonly file: string
  readonly cut?: Cut
  readonly lines: number
  readonly recognised: number
  readonly ignored: readonly IgnoredLine[]
  readonly unknown: readonly UnknownLine[]
}

/** What a decoder of rules returns. Rules are decoded on first use; `report` decodes them all. */
export interface DecodedTables {
  readonly tables: readonly Table[]
  /** Tables and chains behind it are not known. */
  readonly cut?: Cut
  report(): LineReport
}
