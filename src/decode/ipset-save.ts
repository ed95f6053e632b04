/** `ipset save` as sets; a set's entries are decoded when they are first read. Grammar: ipset 7, lib/print.c. */
import type { IpSet, IpSetEntry } from '../ruleset/ipset.ts'
import type { At } from '../ruleset/ruleset.ts'
import { readIpSetEntry } from './ipset-entry.ts'
import { LineLists } from './line-lists.ts'
import { LineLog, forEachLine, shorten, wordEnd } from './lines.ts'
import type { Cut, LineReport, SourceFile, UnknownLine } from './source.ts'
import { splitWords } from './words.ts'

export interface DecodedIpSets {
  readonly ipsets: ReadonlyMap<string, IpSet>
  readonly cut?: Cut
  readonly report: () => LineReport
}

interface SetDraft {
  /** Number of the list of its entries' lines. */
  readonly entries: number
  readonly name: string
  readonly type: string
  readonly line: number
  readonly options: readonly string[]
  /** The first line that may have been an entry of this set and cannot be read. */
  lost: number | undefined
}

export function decodeIpSetSave(source: SourceFile): DecodedIpSets {
  const index = new IpSetIndex(source)
  index.log.lines = forEachLine(source.text, (start, end, line, terminated) => index.line(start, end, line, terminated))
  const entries = new EntryReader(source, index.entries)
  const ipsets = new Map<string, IpSet>()
  for (const draft of index.sets.values()) ipsets.set(draft.name, makeSet(draft, entries))
  return {
    ipsets,
    ...(index.log.cut && { cut: index.log.cut }),
    report: () => index.log.report([...index.sets.values()].flatMap((draft) => entries.read(draft).unknown)),
  }
}

function makeSet(draft: SetDraft, reader: EntryReader): IpSet {
  let decoded: ReturnType<EntryReader['read']> | undefined
  const decode = () => (decoded ??= reader.read(draft))
  return {
    name: draft.name,
    type: draft.type,
    at: reader.at(draft.line),
    options: draft.options,
    get entries() {
      return decode().entries
    },
    get cut() {
      const line = decode().unknown[0]?.line ?? draft.lost
      return line === undefined ? undefined : reader.at(line)
    },
  }
}

class IpSetIndex {
  readonly sets = new Map<string, SetDraft>()
  readonly entries = new LineLists()
  readonly log: LineLog
  readonly #source: SourceFile
  #last: SetDraft | undefined

  constructor(source: SourceFile) {
    this.#source = source
    this.log = new LineLog(source)
  }

  line(start: number, end: number, line: number, terminated: boolean): void {
    const { name: file, text } = this.#source
    if (start === end) return this.log.ignore(line, 'blank line')
    if (!terminated) {
      this.log.cut = { file, line, why: 'the last line does not end' }
      return this.#lost(start, end, line, 'the dump ends in the middle of this line')
    }
    const commandEnd = wordEnd(text, start, end)
    const command = text.slice(start, commandEnd)
    if (command === 'add') this.#add(commandEnd + 1, start, end, line)
    else if (command === 'create') this.#create(start, end, line)
    else if (command.startsWith('#')) this.log.ignore(line, 'comment')
    else this.#lost(start, end, line, 'neither create nor add')
  }

  #create(start: number, end: number, line: number): void {
    const [, name, type, ...options] = splitWords(this.#source.text.slice(start, end)).list
    if (name === undefined || type === undefined) return this.#lost(start, end, line, 'create without name and type')
    if (this.sets.has(name)) return this.#lost(start, end, line, `set ${name} was already created`)
    this.#last = { entries: this.entries.addList(), name, type, line, options, lost: undefined }
    this.sets.set(name, this.#last)
  }

  #add(nameStart: number, start: number, end: number, line: number): void {
    const { text } = this.#source
    const name = text.slice(nameStart, wordEnd(text, nameStart, end))
    const set = this.#last?.name === name ? this.#last : this.sets.get(name)
    if (!set) return this.log.unknown(line, start, end, `set ${name} was never created`)
    this.#last = set
    this.entries.add(set.entries, start, end, line)
  }

  /** A line that cannot be read may have been an entry of the set before it. */
  #lost(start: number, end: number, line: number, why: string): void {
    if (this.#last) this.#last.lost ??= line
    this.log.unknown(line, start, end, why)
  }
}

class EntryReader {
  readonly #source: SourceFile

  readonly #lines: LineLists

  constructor(source: SourceFile, lines: LineLists) {
    this.#source = source
    this.#lines = lines
  }

  at(line: number): At {
    return { file: this.#source.name, line }
  }

  read(set: SetDraft): { entries: IpSetEntry[]; unknown: UnknownLine[] } {
    const entries: IpSetEntry[] = []
    const unknown: UnknownLine[] = []
    const { text: all } = this.#source
    this.#lines.forEach(set.entries, all, (start, end, line) => {
      const text = all.slice(start, end)
      const entry = readIpSetEntry(text, set.type)
      if (typeof entry === 'string') unknown.push({ line, text: shorten(text), why: entry })
      else entries.push({ at: this.at(line), ...entry })
    })
    return { entries, unknown }
  }
}
