/** An iptables rule as iptables-save prints it, and its text again. Facts: iptables 1.8, xtables_save_string() and save_rule(). */
import type { Protocol } from './ruleset.ts'

/** `--dport 80`, or `! --dport 80` when inverted. */
export interface IptablesOption {
  readonly name: string
  readonly inverted: boolean
  readonly values: readonly string[]
}

/** `-m NAME OPTIONS...` */
export interface IptablesMatch {
  readonly name: string
  readonly options: readonly IptablesOption[]
}

/** `-j NAME OPTIONS...`, or `-g NAME`. The name is a chain of the same table or a target extension. */
export interface IptablesTarget {
  readonly name: string
  readonly goto: boolean
  readonly options: readonly IptablesOption[]
}

export interface IptablesRule {
  readonly tool: 'iptables'
  readonly chain: string
  readonly counters?: { readonly packets: string; readonly bytes: string }
  /** `-s -d -i -o -p -f -4 -6`, in the order of the line. */
  readonly general: readonly IptablesOption[]
  readonly matches: readonly IptablesMatch[]
  /** Absent where the rule only counts (the last rule of KUBE-FW- since 1.27). */
  readonly target?: IptablesTarget
}

/** An option whose values are the words `[from, to)`. */
export interface OptionTemplate {
  readonly name: string
  readonly inverted: boolean
  readonly from: number
  readonly to: number
}

/** A rule as places of words: what rules with the same options in the same places have in common. */
export interface RuleTemplate {
  readonly counters?: { readonly packets: string; readonly bytes: string }
  /** Index of the word. */
  readonly chain: number
  readonly general: readonly OptionTemplate[]
  readonly matches: readonly { readonly name: string; readonly options: readonly OptionTemplate[] }[]
  readonly target?: { readonly name: number; readonly goto: boolean; readonly options: readonly OptionTemplate[] }
}

/** Gives the words of a rule by their index. */
export interface WordList {
  word(index: number): string
}

/** A rule as the template that many rules share, and the words that are its own. */
export interface FilledTemplate {
  readonly template: RuleTemplate
  readonly words: WordList
}

/** Options with the words that stand at their places. */
export const fillOptions = (options: readonly OptionTemplate[], words: WordList): IptablesOption[] =>
  options.map(({ from, inverted, name, to }) => {
    const values: string[] = []
    for (let index = from; index < to; index++) values.push(words.word(index))
    return { name, inverted, values }
  })

/** The first value of an option, where it is given. */
export const valueOf = (options: readonly IptablesOption[], name: string): string | undefined =>
  options.find((option) => option.name === name)?.values[0]

/** A protocol as iptables names it, or numbers it where /etc/protocols is missing. */
export const protocolOf = (text: string): Protocol | undefined => protocols[text.toLowerCase()]

const protocols: Readonly<Record<string, Protocol>> = {
  '6': 'TCP',
  '17': 'UDP',
  '132': 'SCTP',
  tcp: 'TCP',
  udp: 'UDP',
  sctp: 'SCTP',
}

/** The line that iptables-save prints for this rule. */
export function formatIptablesRule(rule: IptablesRule): string {
  const words: string[] = []
  if (rule.counters) words.push(`[${rule.counters.packets}:${rule.counters.bytes}]`)
  words.push('-A', rule.chain)
  for (const option of rule.general) words.push(...formatOption('', option))
  for (const { name, options } of rule.matches) words.push('-m', name, ...formatOptions(name, options))
  if (rule.target) {
    const { goto, name, options } = rule.target
    words.push(goto ? '-g' : '-j', name, ...formatOptions(name, options))
  }
  return words.join(' ')
}

const formatOptions = (owner: string, options: readonly IptablesOption[]): string[] =>
  options.flatMap((option) => formatOption(owner, option))

function formatOption(owner: string, { inverted, name, values }: IptablesOption): string[] {
  // libxt_nfacct.c prints a blank before the name that it saves.
  const gap = name === '--nfacct-name' ? [''] : []
  return [
    ...(inverted ? ['!'] : []),
    name,
    ...gap,
    ...values.map((value, i) => formatValue(`${owner} ${name}`, value, i === 0)),
  ]
}

/** Printed through xtables_save_string(), which quotes all but `[A-Za-z0-9_-]+`. */
const savedStrings = new Set([
  'LOG --log-prefix',
  'NFLOG --nflog-prefix',
  'ULOG --ulog-prefix',
  'cgroup --path',
  'comment --comment',
  'helper --helper',
  'nfacct --nfacct-name',
])

/** Printed in quotes whatever they are; libxt_string.c leaves single quotes as they are. */
const alwaysQuoted = new Set([
  'LED --led-trigger-id',
  'bpf --bytecode',
  'connlabel --label',
  'string --hex-string',
  'string --string',
  'u32 --u32',
])

function formatValue(option: string, value: string, isFirst: boolean): string {
  // such an option has one value; more of them nobody saved
  if (isFirst && savedStrings.has(option)) {
    return /^[\w-]+$/.test(value) ? value : `"${value.replaceAll(/["\\']/g, String.raw`\$&`)}"`
  }
  // bare, a value that looks like an option or a negation would be one
  const quoted = alwaysQuoted.has(option) || value === '' || /["\s]|^(?:--.|-[a-z46]$|!$)/.test(value)
  return quoted ? `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"` : value
}
