/** An ipset as `ipset save` prints it, and its lines again. Facts: ipset 7, lib/ipset_hash_*.c and ipset_bitmap_port.c. */
import type { At } from './ruleset.ts'

export interface IpSet {
  readonly name: string
  /** `hash:ip,port`, `bitmap:port`, `list:set`, ... */
  readonly type: string
  readonly at: At
  /** The words after the type: `family inet hashsize 1024 ...`. */
  readonly options: readonly string[]
  /** Decoded on first use, in the order of the file. */
  readonly entries: readonly IpSetEntry[]
  /** A line that cannot be read, or the end of a cut file: entries may be missing, so that absence proves nothing. */
  readonly cut?: At | undefined
}

export interface IpSetEntry {
  readonly at: At
  /** `10.96.0.1,tcp:443` split at its commas. */
  readonly parts: readonly string[]
  /** The words after it: `timeout 30`, `nomatch`, `comment` and its text without quotes, ... */
  readonly options: readonly string[]
}

export const formatIpSetCreate = (set: IpSet): string => ['create', set.name, set.type, ...set.options].join(' ')

export const formatIpSetAdd = (set: IpSet, entry: IpSetEntry): string =>
  ['add', set.name, entry.parts.join(','), ...formatOptions(entry.options)].join(' ')

/** ipset puts a comment's text in quotes always; it cannot hold quotes itself (ipset 7, lib/parse.c). */
function formatOptions(options: readonly string[]): string[] {
  const words: string[] = []
  for (let i = 0; i < options.length; i++) {
    const word = options[i] ?? ''
    words.push(word)
    if (word === 'comment' && i + 1 < options.length) words.push(`"${options[++i]}"`)
  }
  return words
}
