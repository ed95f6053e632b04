/** nft's tables from what it has printed: all of them at once, or the names of all and some of them one by one. */
import type { Blind, Table } from '../ruleset/ruleset.ts'
import { decodeNftJson } from './nft/json.ts'
import { decodeNftText } from './nft/text.ts'
import type { DecodedTables, ReadFile, SourceFile } from './source.ts'
import { unlistedTables } from './unknown-tables.ts'

export interface NftLists {
  readonly tables: readonly Table[]
  /** Every table that there is, in nft's order, whether it is among the `tables` or not; only the name, family and place of these say anything. */
  readonly all: readonly Table[]
}

interface Reading extends NftLists {
  readonly source: SourceFile
  readonly dump: DecodedTables
}

/** The text has line numbers to show; JSON does where text is missing, cut or no dump. */
export function decodeNftLists(read: ReadFile, blind: Blind[]): NftLists | undefined {
  const readings = [
    readingOf(read('nft-list-ruleset.txt'), decodeNftText, blind),
    // nft -j always prints its own version
    readingOf(nonEmpty(read('nft-list-ruleset.json')), decodeNftJson, blind),
  ].filter((reading) => reading !== undefined)
  const whole = readings.filter(({ dump }) => !dump.cut)
  const best = whole.find(({ source }) => source.text.length > 0) ?? whole[0] ?? readings[0]
  return best ? known(best, blind) : decodeByTable(read, blind)
}

const nonEmpty = (source: SourceFile | undefined): SourceFile | undefined =>
  source && source.text.length > 0 ? source : undefined

function readingOf(
  source: SourceFile | undefined,
  decode: (source: SourceFile) => DecodedTables,
  blind: Blind[],
): Reading | undefined {
  if (!source) return undefined
  const dump = decode(source)
  if (!isJunk(dump, source)) return { source, dump, tables: dump.tables, all: dump.tables }
  const command = source.name.replace(/\.\w+$/, '').replaceAll('-', ' ')
  blind.push({ file: source.name, why: `it is no output of ${command}` })
  return undefined
}

/** Bytes without one table in them, of which some line is not understood. */
export const isJunk = (dump: DecodedTables, source: SourceFile): boolean =>
  dump.tables.length === 0 && source.text.length > 0 && (dump.cut !== undefined || dump.report().unknown.length > 0)

function decodeByTable(read: ReadFile, blind: Blind[]): NftLists | undefined {
  const sets = readingOf(read('nft-list-sets.txt'), decodeNftText, blind)
  const listed = readingOf(read('nft-list-table.txt'), decodeNftText, blind)
  if (!sets) return listed && known(listed, blind)
  const { all, tables: behind } = known({ ...sets, tables: [] }, blind)
  return { all, tables: [...(listed ? known(listed, blind).tables : []), ...behind] }
}

/** What may be behind the place where a list is cut is there, too. */
function known({ all, dump: { cut }, source, tables }: Reading, blind: Blind[]): NftLists {
  if (!cut) return { all, tables }
  blind.push({ file: source.name, why: `it is cut at line ${cut.line}` })
  return { all, tables: [...tables, ...unlistedTables(cut)] }
}
