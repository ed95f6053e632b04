/** One rule of iptables-save or `iptables -S` as a value. A line that cannot be read is an UnknownRule with the reason. */
import { fillOptions } from '../ruleset/iptables.ts'
import type {
  FilledTemplate,
  IptablesMatch,
  IptablesRule,
  IptablesTarget,
  OptionTemplate,
  RuleTemplate,
  WordList,
} from '../ruleset/iptables.ts'
import type { UnknownRule } from '../ruleset/ruleset.ts'
import { type Words, isDecimal, splitWords } from './words.ts'

/** General options may stand anywhere; their long names are told apart from a match's options by being exact. */
const general: ReadonlyMap<string, { readonly name: string; readonly values: 0 | 1 }> = new Map(
  (
    [
      ['-s', 1, '--source', '--src'],
      ['-d', 1, '--destination', '--dst'],
      ['-p', 1, '--protocol'],
      ['-i', 1, '--in-interface'],
      ['-o', 1, '--out-interface'],
      ['-f', 0, '--fragment'],
      ['-4', 0, '--ipv4'],
      ['-6', 0, '--ipv6'],
    ] as const
  ).flatMap(([name, values, ...long]) => [name, ...long].map((spelling) => [spelling, { name, values }] as const)),
)

/** Words that begin something else than an option of the match or target before them. */
const structural = new Set(['-m', '--match', '-j', '--jump', '-g', '--goto', '-c', '--set-counters'])

/**
 * Options whose value is free text, printed bare when it is `[A-Za-z0-9_-]+` (xtables_save_string) or always (`%s`), so
 * that it may begin with a dash. Origin: iptables 1.8 extensions.
 */
const takesAnyWord = new Set([
  '--cgroup',
  '--comment',
  '--hashlimit-name',
  '--helper',
  '--hex-string',
  '--label',
  '--led-trigger-id',
  '--log-prefix',
  '--match-set',
  '--name',
  '--nfacct-name',
  '--nflog-prefix',
  '--path',
  '--physdev-in',
  '--physdev-out',
  '--rateest-name',
  '--rateest1',
  '--rateest2',
  '--selctx',
  '--string',
  '--ulog-prefix',
])

/** The matches that iptables loads for `-p` when an option of theirs follows without `-m` (hand-written rules). */
const protocolMatches: ReadonlyMap<string, string> = new Map([
  ['6', 'tcp'],
  ['17', 'udp'],
  ['132', 'sctp'],
  ['1', 'icmp'],
  ['58', 'icmp6'],
  ['ipv6-icmp', 'icmp6'],
])

interface Draft {
  readonly words: Words
  at: number
  counters?: { packets: string; bytes: string }
  chain: number
  readonly general: OptionTemplate[]
  readonly matches: { name: string; options: OptionTemplate[] }[]
  target?: { name: number; goto: boolean; options: OptionTemplate[] }
  /** The match or target that the next option belongs to. */
  owner?: { readonly name: number | string; readonly options: OptionTemplate[] } | undefined
  /** The match that `-p` implies, once it was asked for. */
  implied?: Draft['owner']
}

export function parseIptablesRule(text: string): IptablesRule | UnknownRule {
  const filled = parseFilledTemplate(text)
  return typeof filled === 'string' ? unknown(filled) : fill(filled)
}

/** The same before it is a value; says why a line is no rule. */
export function parseFilledTemplate(text: string): FilledTemplate | string {
  const words = splitWords(text)
  const template = parseTemplate(words)
  return typeof template === 'string' ? template : { template, words: { word: (index) => words.list[index] ?? '' } }
}

/** Says why a line is no rule. */
export function parseTemplate(words: Words): RuleTemplate | string {
  if (words.open) return 'a quoted value does not end'
  const draft: Draft = { words, at: 0, chain: 0, general: [], matches: [] }
  let why = readHead(draft)
  while (why === undefined && draft.at < words.list.length) why = readPart(draft)
  if (why !== undefined) return why
  const { chain, counters, general, matches, target } = draft
  return { chain, general, matches, ...(counters && { counters }), ...(target && { target }) }
}

export const unknown = (why: string): UnknownRule => ({ tool: 'unknown', why })

/** The rule of these words. */
export function fill({ template, words }: FilledTemplate): IptablesRule {
  const { chain, counters, general, matches, target } = template
  const rule: { -readonly [K in keyof IptablesRule]: IptablesRule[K] } = {
    tool: 'iptables',
    chain: words.word(chain),
    general: fillOptions(general, words),
    matches: matches.map(({ name, options }): IptablesMatch => ({ name, options: fillOptions(options, words) })),
  }
  if (counters) rule.counters = counters
  if (target) rule.target = fillTarget(target, words)
  return rule
}

const fillTarget = ({ goto, name, options }: NonNullable<RuleTemplate['target']>, words: WordList): IptablesTarget => ({
  name: words.word(name),
  goto,
  options: fillOptions(options, words),
})

/** `[12:3456] -A CHAIN`. */
function readHead(draft: Draft): string | undefined {
  const [first = ''] = draft.words.list
  if (first.startsWith('[')) {
    const counters = parseCounters(first)
    if (!counters) return `counters ${first} are not [packets:bytes]`
    draft.counters = counters
    draft.at++
  }
  const command = draft.words.list[draft.at++]
  if (command !== '-A' && command !== '--append') return 'not a rule (no -A)'
  if (draft.at >= draft.words.list.length) return '-A without a chain'
  draft.chain = draft.at++
  return undefined
}

/** `[12:3456]`. */
export function parseCounters(text: string): { packets: string; bytes: string } | undefined {
  const colon = text.indexOf(':')
  if (colon < 0 || !text.endsWith(']')) return undefined
  const packets = text.slice(1, colon)
  const bytes = text.slice(colon + 1, -1)
  return isDecimal(packets) && isDecimal(bytes) ? { packets, bytes } : undefined
}

/** One option with its values; says why it cannot be read. */
function readPart(draft: Draft): string | undefined {
  const inverted = isBang(draft, draft.at)
  if (inverted) draft.at++
  const word = draft.words.list[draft.at] ?? ''
  if (!isOption(draft, draft.at)) return inverted ? '! without an option' : `word ${word} belongs to no option`
  draft.at++
  const known = general.get(word)
  if (known) return readGeneral(draft, known, inverted)
  if (!structural.has(word)) return readOption(draft, word, inverted)
  if (inverted) return `! before ${word}`
  if (word === '-c' || word === '--set-counters') return readCounters(draft)
  return word === '-m' || word === '--match' ? readMatch(draft) : readTarget(draft, word === '-g' || word === '--goto')
}

const isBang = (draft: Draft, at: number): boolean => draft.words.list[at] === '!' && !draft.words.quoted.has(at)

function isOption({ words }: Draft, at: number): boolean {
  const word = words.list[at]
  if (word === undefined || words.quoted.has(at) || word.charCodeAt(0) !== 45) return false
  return (word.charCodeAt(1) === 45 && word.length > 2) || general.has(word) || structural.has(word)
}

/** `iptables -S -v` prints the counters as `-c packets bytes`. */
function readCounters(draft: Draft): string | undefined {
  const [packets = '', bytes = ''] = draft.words.list.slice(draft.at, draft.at + 2)
  if (!isDecimal(packets) || !isDecimal(bytes)) return '-c without packets and bytes'
  draft.counters = { packets, bytes }
  draft.at += 2
  return undefined
}

function readGeneral(draft: Draft, known: { name: string; values: 0 | 1 }, before: boolean): string | undefined {
  const inverted = readOldBang(draft) || before
  const from = draft.at
  draft.at += known.values
  if (draft.at > draft.words.list.length) return `${known.name} without a value`
  draft.general.push({ name: known.name, inverted, from, to: draft.at })
  return undefined
}

/** iptables before 1.4.3 printed `--dport ! 80` for today's `! --dport 80`. */
function readOldBang(draft: Draft): boolean {
  const old = isBang(draft, draft.at) && draft.at + 1 < draft.words.list.length && !isOption(draft, draft.at + 1)
  if (old) draft.at++
  return old
}

function readMatch(draft: Draft): string | undefined {
  const name = draft.words.list[draft.at++]
  if (name === undefined) return '-m without a name'
  draft.owner = startMatch(draft, name)
  return undefined
}

function startMatch(draft: Draft, name: string): NonNullable<Draft['owner']> {
  const match: Draft['matches'][number] = { name, options: [] }
  draft.matches.push(match)
  return match
}

function readTarget(draft: Draft, goto: boolean): string | undefined {
  if (draft.at >= draft.words.list.length) return `${goto ? '-g' : '-j'} without a name`
  if (draft.target) return 'two targets'
  draft.target = { name: draft.at++, goto, options: [] }
  draft.owner = draft.target
  return undefined
}

function readOption(draft: Draft, name: string, before: boolean): string | undefined {
  const owner = ownerOf(draft, name)
  if (!owner) return `option ${name} belongs to no match or target`
  const { list } = draft.words
  const inverted = readOldBang(draft) || before
  const start = draft.at
  if (takesAnyWord.has(name)) {
    if (start >= list.length) return `${name} without a value`
    draft.at++
  }
  while (draft.at < list.length && !startsPart(draft, draft.at)) draft.at++
  owner.options.push({ name, inverted, from: start, to: draft.at })
  return undefined
}

function startsPart(draft: Draft, at: number): boolean {
  return isOption(draft, at) || isBang(draft, at)
}

/** `-m comment` has one option: another one after it belongs to the match that `-p` implies, as iptables itself decides. */
function ownerOf(draft: Draft, option: string): Draft['owner'] {
  if (draft.owner && !(draft.owner.name === 'comment' && option !== '--comment')) return draft.owner
  draft.owner = draft.implied ??= impliedMatch(draft)
  return draft.owner
}

function impliedMatch(draft: Draft): Draft['owner'] {
  const given = draft.general.find(({ name, inverted }) => name === '-p' && !inverted)
  const protocol = given && draft.words.list[given.from]
  if (protocol === undefined) return undefined
  const implied = protocolMatches.get(protocol) ?? protocol
  return draft.matches.find(({ name }) => name === implied) ?? startMatch(draft, implied)
}
