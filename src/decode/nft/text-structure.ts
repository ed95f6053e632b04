/** What one pass over nft's text finds: where everything is, but nothing of what rules and elements say. */
import type { At, BaseHook, TableFamily } from '../../ruleset/ruleset.ts'
import type { Cut, IgnoredLine, UnknownLine } from '../source.ts'
import type { SetHead } from './set.ts'

/** Whole lines of the file: characters `[start, end)`, the first of them with this number. */
export interface Span {
  start: number
  end: number
  line: number
}

export interface ChainIndex {
  readonly name: string
  readonly at: At
  readonly rules: Span
  base?: BaseHook
  cut?: At
}

export interface SetIndex {
  readonly head: SetHead
  readonly elements: Span[]
}

export interface TableIndex {
  readonly family: TableFamily
  readonly name: string
  readonly at: At
  readonly chains: Map<string, ChainIndex>
  readonly sets: Map<string, SetIndex>
  /** nft says that iptables-nft keeps it. */
  readonly warned: boolean
  dormant: boolean
}

export interface TextIndex {
  readonly tables: readonly TableIndex[]
  readonly lines: number
  readonly ignored: readonly IgnoredLine[]
  readonly unknown: readonly UnknownLine[]
  readonly cut?: Cut
}
