/** Shell completion: from the words that are typed to what may stand at their end. */
import { nothing, words } from './completion.ts'
import type { Candidate, Completion } from './completion.ts'
import { lineOf } from './line.ts'
import type { Line } from './line.ts'
import type { Names } from './names.ts'
import type { CommandShape, Commands, FlagShape } from './shape.ts'
import { ofArguments, ofFlags } from './values.ts'

/** `typed` are the words after the program's name; the last one, which may be empty, is what is completed. */
export async function complete(
  typed: readonly string[],
  { commands, topics }: Commands,
  names: Names,
): Promise<Completion> {
  const shown = { commands: commands.filter(({ hidden }) => hidden !== true), topics }
  const line = lineOf(typed, shown.commands)
  const { candidates, files } = await candidatesAt(line, shown, names)
  const fitting = candidates.filter(({ text }) => text.startsWith(line.current))
  return { candidates: fitting.map(({ about, text }) => ({ text: line.before + text, about })), files }
}

async function candidatesAt(line: Line, all: Commands, names: Names): Promise<Completion> {
  const { command, current, ended, flag } = line
  if (flag) return valuesOf(flag, line, names)
  if (current.startsWith('-') && !ended) return { candidates: flagsOf(line), files: false }
  const next = line.args.length > 0 ? [] : wordsAfter(line.path, all)
  if (!command || next.length > 0) return { candidates: next, files: false }
  return argumentsOf(command, line, names)
}

async function valuesOf(flag: FlagShape, line: Line, names: Names): Promise<Completion> {
  return flag.options ? words(flag.options) : ((await ofFlags[flag.name]?.(line, names)) ?? nothing)
}

/** Commands and topics that go on from these words. */
function wordsAfter(path: readonly string[], { commands, topics }: Commands): Candidate[] {
  const start = path.map((word) => `${word}:`).join('')
  const below = commands.filter(({ id }) => id.startsWith(start))
  const next = new Set(below.map(({ id }) => id.slice(start.length).split(':')[0] ?? ''))
  return [...next].sort().map((text) => {
    const topic = topics.find(({ name }) => name === start + text)
    const command = commands.find(({ id }) => id === start + text)
    return { text, about: topic?.description ?? command?.summary }
  })
}

async function argumentsOf(command: CommandShape, line: Line, names: Names): Promise<Completion> {
  const all = Object.values(command.args)
  const next = all[line.args.length] ?? (command.strict === false ? all.at(-1) : undefined)
  // nothing but flags can follow
  if (!next) return { candidates: line.ended ? [] : flagsOf(line), files: false }
  if (next.options) return words(next.options)
  return (await ofArguments[`${command.id} ${next.name}`]?.(line, names)) ?? nothing
}

/** Those that may still be given. */
function flagsOf({ command, flags, path }: Line): Candidate[] {
  const help = { text: '--help', about: 'how it is used' }
  if (!command) return path.length === 0 ? [help, { text: '--version', about: 'the version of kpx' }] : [help]
  const all = Object.values(command.flags)
  const given = all.filter(({ name }) => flags.has(name))
  const free = all.filter(
    (flag) =>
      flag.hidden !== true &&
      (flag.multiple === true || !flags.has(flag.name)) &&
      !given.some((other) => excludes(flag, other) || excludes(other, flag)),
  )
  return [...free.flatMap(spellings), help]
}

const excludes = ({ exclusive = [], relationships = [] }: FlagShape, { name }: FlagShape): boolean =>
  exclusive.includes(name) || relationships.some(({ flags, type }) => type === 'none' && flags.includes(name))

const spellings = ({ allowNo, name, summary }: FlagShape): Candidate[] => [
  { text: `--${name}`, about: summary },
  ...(allowNo === true ? [{ text: `--no-${name}`, about: `not: ${summary}` }] : []),
]
