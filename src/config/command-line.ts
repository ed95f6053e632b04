/** kube-proxy's flags in a container's command: behind its own name, in a shell's script, or behind another program that starts it. */
import { standsAlone } from './flags.ts'
import { shellCommands } from './shell.ts'

export interface GivenFlag {
  /** Without dashes, with `-` between words. */
  readonly name: string
  /** `true` for a boolean flag without a value; undefined where the value is missing. */
  readonly value: string | undefined
  /** Which of the container's words it stands in; undefined inside of a shell's script. */
  readonly word: number | undefined
}

export interface CommandLine {
  readonly flags: readonly GivenFlag[]
  /** The last --config, which is the one that counts; undefined where there is none. */
  readonly config: string | undefined
}

/**
 * `words` are the container's command and args, one after the other. Undefined where no word is kube-proxy and the first is no flag
 * (whoever starts with a flag leaves the program to the image).
 */
export function commandLineOf(words: readonly string[]): CommandLine | undefined {
  const program = unwrap(words)
  if (!program) return undefined
  const flags = flagsOf(program.words, program.first)
  return { flags, config: valueOfFlag(flags, 'config') }
}

/** The value of the last flag of this name. */
export const valueOfFlag = (flags: readonly GivenFlag[], name: string): string | undefined =>
  flags.findLast((flag) => flag.name === name && flag.value !== undefined)?.value

const isKubeProxy = (word: string): boolean => /^kube-proxy(\.exe)?$/.test(word.replace(/^.*[/\\]/, ''))

interface Program {
  readonly words: readonly string[]
  /** The number of the first of them among the container's words; undefined inside of a shell's script. */
  readonly first: number | undefined
}

function unwrap(words: readonly string[]): Program | undefined {
  const at = words.findIndex(isKubeProxy)
  if (at >= 0) return { words: words.slice(at + 1), first: at + 1 }
  if (words[0]?.startsWith('-') === true) return { words, first: 0 }
  for (const word of words.filter((one) => one.includes('kube-proxy'))) {
    const command = shellCommands(word).find((one) => one.some(isKubeProxy))
    if (command) return { words: command.slice(command.findIndex(isKubeProxy) + 1), first: undefined }
  }
  return undefined
}

/** As spf13/pflag reads them: `--name=value`, `--name value`, booleans alone, `_` for `-`, and -v as the only short one. */
function flagsOf(words: readonly string[], first: number | undefined): GivenFlag[] {
  const flags: GivenFlag[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === '--') break
    const short = /^-v(?:=?(.+))?$/.exec(word)
    const [, long, value] = /^--([^=]+)(?:=([^]*))?$/.exec(word) ?? []
    if (!short && long === undefined) continue
    const name = short ? 'v' : (long ?? '').replaceAll('_', '-')
    const own = short ? short[1] : value
    const at = first === undefined ? undefined : first + i
    flags.push({ name, value: own ?? (standsAlone(name) ? 'true' : words[++i]), word: at })
  }
  return flags
}
