/** What the field table says of each field of KubeProxyConfiguration. */
import type { Settings } from './settings.ts'
import type { Value } from './value.ts'

/**
 * How a value is written. `duration`: text such as `1m30s`; `nanoseconds`: the same, or a number of nanoseconds; `quantity`: a number
 * of bytes such as `512` or `2Ki`; `strings`: a list of texts; `gates`: names with true or false; `vmodule`: a list of
 * {filePattern, verbosity}.
 */
export type FieldType =
  | 'boolean'
  | 'duration'
  | 'float32'
  | 'gates'
  | 'int32'
  | 'nanoseconds'
  | 'quantity'
  | 'string'
  | 'strings'
  | 'uint32'
  | 'vmodule'

/** Minor releases, both inclusive; open where one is missing. */
export interface Span {
  readonly since?: string
  readonly until?: string
}

/** What of a value a rule refuses. */
export interface Refusal {
  /** The end of kube-proxy's message. */
  readonly detail: string
  /** What it must be, where that is more precise than the rule's. */
  readonly must?: string
  /** What else to know of it. */
  readonly note?: string
  /** The item of the list. */
  readonly item?: number
  /** kube-proxy's kind of error, where it is not `Invalid value`. */
  readonly kind?: 'Duplicate value' | 'Forbidden' | 'Required value' | 'Unsupported value'
}

export interface Rule extends Span {
  /** What the value must be, as the end of `it must be ...`. */
  readonly must: string
  /** The path in kube-proxy's message, below KubeProxyConfiguration. */
  readonly upstream: string
  /** Checked with these backends alone: every mode that is neither ipvs nor nftables counts as iptables. */
  readonly backends?: readonly Backend[]
  /** kube-proxy finds out later, when it uses the value: it exits then. Its own words stand in for the path. */
  readonly atStart?: true
  readonly refusals: (value: Value, all: Settings) => readonly Refusal[]
}

export type Backend = 'iptables' | 'ipvs' | 'nftables'

interface FlagName extends Span {
  readonly name: string
  /** It counts beside --config too. */
  readonly wins?: true
}

export interface Field extends Span {
  /** As in the file: `iptables.masqueradeBit`. */
  readonly path: string
  readonly type: FieldType
  /** A sentence. */
  readonly does: string
  /** More to know, each a sentence. */
  readonly notes?: readonly string[]
  /** As it is written in the file; none where the zero value stays. */
  readonly default?: boolean | number | string
  /** The zero value (0, false, 0s) counts as it stands: only a missing or null value takes the default. */
  readonly zeroCounts?: true
  /** What each node makes of the default. */
  readonly onNode?: string
  readonly os?: 'Linux' | 'Windows'
  /** kube-proxy itself sets it back: why. */
  readonly overruled?: string
  /** It has an effect in these modes alone. */
  readonly modes?: readonly string[]
  /** It has an effect with this value of another field alone. */
  readonly needs?: { readonly field: string; readonly value: string }
  readonly flags?: readonly FlagName[]
  /** Texts that it may be, or that its list may have, where there are few. */
  readonly words?: readonly string[]
  readonly rules?: readonly Rule[]
  /** Read and kept, and without any effect, since this minor. */
  readonly idleSince?: string
  /** Links beside that of the type's own page. */
  readonly sources?: readonly string[]
}
