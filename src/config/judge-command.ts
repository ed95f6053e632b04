/** The verdict on a command line: what one release's kube-proxy on Linux would make of its flags. */
import { nearest } from '../nearest.ts'
import { commandLineOf } from './command-line.ts'
import type { CommandLine, GivenFlag } from './command-line.ts'
import { complete } from './complete.ts'
import { flagNames, flagOf, parseFlag } from './flags.ts'
import type { Flag } from './flags.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './settings.ts'
import { validate } from './validate.ts'
import type { Value } from './value.ts'
import { warningsOf } from './warnings.ts'

/** A problem, and the word of the command that has it. */
interface CommandProblem {
  readonly problem: Problem
  readonly word: number | undefined
}

interface CommandJudgement {
  readonly problems: readonly CommandProblem[]
  /** What the flags set, where there is no --config; undefined where they cannot be read. */
  readonly settings: Settings | undefined
  /** The values of the flags that count, by field. */
  readonly values: ReadonlyMap<string, Value>
}

/** `words` are the container's command and args. */
export function judgeCommand(words: readonly string[], minor: number): CommandJudgement {
  const line = commandLineOf(words)
  if (!line) return { problems: [], settings: undefined, values: new Map() }
  const hasFile = (line.config ?? '') !== ''
  const values = new Map<string, Value>()
  const places = new Map<string, number | undefined>()
  const problems = line.flags.flatMap((given): CommandProblem[] => {
    const flag = flagOf(given.name, minor)
    const problem = flag ? problemOf(flag, given, hasFile) : unknownFlag(given, minor)
    if (flag && (flag.wins || !hasFile)) take(flag, given, values, places)
    return problem ? [{ problem, word: given.word }] : []
  })
  if (hasFile || problems.some(({ problem }) => problem.refused)) return { problems, settings: undefined, values }
  const settings = complete(values, 'flag', minor)
  withoutServers(line, settings)
  const found = [...validate(settings, new Map()), ...warningsOf(settings, new Map())]
  const placed = found.map((problem) => ({
    problem,
    word: places.get((problem.field ?? '').replace(/[[.].*/, '')) ?? places.get(problem.field ?? ''),
  }))
  return { problems: [...problems, ...placed], settings, values }
}

function take(flag: Flag, given: GivenFlag, values: Map<string, Value>, places: Map<string, number | undefined>): void {
  const parsed = parseFlag(flag, given.value ?? '')
  if (!('value' in parsed)) return
  for (const { path, type } of flag.fields) {
    const before = values.get(path)
    const isList = type === 'strings' && Array.isArray(before) && Array.isArray(parsed.value)
    values.set(path, isList ? ([...before, ...parsed.value] as Value) : parsed.value)
    places.set(path, given.word)
  }
}

function problemOf(flag: Flag, { name, value }: GivenFlag, hasFile: boolean): Problem | undefined {
  if (value === undefined) return refused(`--${name} needs a value`, `flag needs an argument: --${name}`)
  const parsed = parseFlag(flag, value)
  if ('must' in parsed && !isLeftToTheNode(value)) {
    return refused(
      `--${name} is ${JSON.stringify(value)} and must be ${parsed.must}`,
      `invalid argument "${value}" for "--${name}" flag`,
    )
  }
  if (flag.wins || !hasFile) return undefined
  const field = flag.fields[0]?.path
  const message = `--${name} is ignored because of --config${field === undefined ? '' : `: the file's ${field} counts`}`
  return { code: 'KPX2012', message, ...(field === undefined ? {} : { field }) }
}

/** `$(NODE_NAME)`: each node puts its own value there. */
const isLeftToTheNode = (value: string): boolean => /\$\([A-Za-z_]\w*\)/.test(value)

function unknownFlag({ name }: GivenFlag, minor: number): Problem {
  const meant = nearest(
    name,
    flagNames(minor).map((one) => ({ name: one })),
  )?.name
  const hint = meant === undefined ? '' : `; did you mean --${meant}?`
  return refused(`kube-proxy 1.${minor} has no flag --${name} on Linux${hint}`, `unknown flag: --${name}`)
}

const refused = (message: string, says: string): Problem => ({
  code: 'KPX2014',
  message,
  refused: { stage: 'read', says },
})

/** The old flags for ports turn a server off with 0; a file cannot. */
function withoutServers(line: CommandLine, settings: Settings): void {
  for (const [flag, path] of [
    ['healthz-port', 'healthzBindAddress'],
    ['metrics-port', 'metricsBindAddress'],
  ] as const) {
    const port = line.flags.findLast(({ name }) => name === flag)?.value
    if (port === '0') settings.set(path, '', 'flag')
  }
}
