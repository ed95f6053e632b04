/** A command line as far as it is typed: which command it is, what it has already, and what the word at its end is about. */
import type { CommandShape, FlagShape } from './shape.ts'

export interface Line {
  /** Undefined where the words name none. */
  readonly command: CommandShape | undefined
  /** The words that lead there. */
  readonly path: readonly string[]
  /** The flags with the last of their values; empty for those without. */
  readonly flags: ReadonlyMap<string, string>
  readonly args: readonly string[]
  /** The word that is being typed, or what stands after `--flag=` in it. */
  readonly current: string
  /** What stands before that in the same word. */
  readonly before: string
  /** The flag whose value it is. */
  readonly flag: FlagShape | undefined
  /** Whether `--` has said that no flag follows. */
  readonly ended: boolean
}

/** `words` are those after the program's name; the last one is being typed and may be empty. */
export function lineOf(words: readonly string[], commands: readonly CommandShape[]): Line {
  const typed = words.slice(0, -1)
  const current = words.at(-1) ?? ''
  const path = pathIn(typed, commands)
  const command = commands.find(({ id }) => id === path.join(':'))
  const { args, ended, flags, open } = given(typed.slice(path.length), command)
  const line = { command, path, flags, args, ended }
  if (open) return { ...line, current, before: '', flag: open }
  const [, before = '', name = '', value = ''] = /^(--([\w-]+)=)(.*)$/s.exec(current) ?? []
  const flag = ended ? undefined : option(command?.flags[name])
  return flag ? { ...line, current: value, before, flag } : { ...line, current, before: '', flag: undefined }
}

/** As many words as are the beginning of some command. */
function pathIn(words: readonly string[], commands: readonly CommandShape[]): readonly string[] {
  let length = 0
  while (length < words.length) {
    const id = words.slice(0, length + 1).join(':')
    if (!commands.some((one) => one.id === id || one.id.startsWith(`${id}:`))) break
    length++
  }
  return words.slice(0, length)
}

const option = (flag: FlagShape | undefined): FlagShape | undefined => (flag?.type === 'option' ? flag : undefined)

interface Given {
  readonly flags: Map<string, string>
  readonly args: string[]
  /** A flag at the end that has no value yet. */
  open: FlagShape | undefined
  ended: boolean
}

function given(words: readonly string[], command: CommandShape | undefined): Given {
  const all: Given = { flags: new Map(), args: [], open: undefined, ended: false }
  for (const word of words) {
    if (all.open) {
      all.flags.set(all.open.name, word)
      all.open = undefined
    } else if (all.ended || !word.startsWith('-') || word === '-') all.args.push(word)
    else if (word === '--') all.ended = true
    else take(word, command?.flags ?? {}, all)
  }
  return all
}

/** `--flag`, `--flag=value`, `-f`, `-fvalue`, `-f=value`. */
function take(word: string, flags: CommandShape['flags'], all: Given): void {
  const [, long, short, rest = ''] = /^(?:--([^=]+)|-(\w))(.*)$/s.exec(word) ?? []
  const name = long?.replace(/^no-/, (no) => (flags[long] ? no : ''))
  const flag = Object.values(flags).find((one) => (name === undefined ? one.char === short : one.name === name))
  if (!flag) return
  all.flags.set(flag.name, rest.replace(/^=/, ''))
  if (flag.type === 'option' && rest === '') all.open = flag
}
