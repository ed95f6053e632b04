/** What is read of one node, whichever way leads there. */
import type { Blind } from '../capture/capture.ts'
import { KpxError } from '../error.ts'
import type { Way } from './access/way.ts'
import { isMissingProgram } from './exec.ts'
import type { ExecResult } from './exec.ts'
import { nodeFiles } from './node-files.ts'
import type { NodeCommand, NodeFile } from './node-files.ts'
import { Pool } from './pool.ts'

/** Commands on a node at a time. */
const mostCommands = 6
/** Runs at a time of a command that is run more than once. */
const mostRuns = 4

export interface NodeRecord {
  readonly files: ReadonlyMap<string, Buffer>
  readonly blind: readonly Blind[]
  /** A command has been answered, be it that there is no such program. */
  readonly answered: boolean
  /** Why nothing more could be asked. */
  readonly lost: KpxError | undefined
}

/** `rules` and what else decides about packets; `state`, which also has what kube-proxy says of itself; or `everything`, with the node's tools. */
export type Scope = 'everything' | 'rules' | 'state'

/** Where kube-proxy serves what it says of itself, in its configuration's words; undefined where it serves nothing. */
export interface Served {
  readonly metrics: number | undefined
  readonly healthz: number | undefined
}

/** Unless told otherwise: metricsBindAddress, healthzBindAddress. */
const usuallyServed: Served = { metrics: 10249, healthz: 10256 }

export async function recordOf(way: Way, scope: Scope, served: Served = usuallyServed): Promise<NodeRecord> {
  const node = new Recorder(way)
  const pool = new Pool(mostCommands)
  const done = new Map<string, Promise<void>>()
  for (const { file, of, path } of servedFiles) {
    const port = served[of]
    if (port !== undefined && (scope !== 'rules' || file === 'proxyMode.txt'))
      done.set(
        file,
        pool.run(() => node.readServed(file, port, path)),
      )
  }
  for (const one of nodeFiles) {
    if ((one.onHost && !way.onHost) || !isOf(one, scope)) continue
    const before = Promise.all((one.after ?? []).flatMap((file) => done.get(file) ?? []))
    done.set(
      one.file,
      before.then(() => pool.run(() => node.readFile(one))),
    )
  }
  await Promise.all(done.values())
  const { answered, blind, files, lost, unserved } = node
  // what kube-proxy does not say of itself on a lost node has the same reason
  return { answered, files, lost, blind: folded(lost ? blind : [...blind, ...unserved]) }
}

const isOf = ({ of }: NodeFile, scope: Scope): boolean =>
  scope === 'everything' || of === undefined || (of === 'state' && scope === 'state')

class Recorder {
  readonly files = new Map<string, Buffer>()
  readonly blind: Blind[] = []
  /** This is worth less than the rules: where it cannot be had, the node is not lost. */
  readonly unserved: Blind[] = []
  lost: KpxError | undefined
  answered = false
  readonly #way: Way

  constructor(way: Way) {
    this.#way = way
  }

  /** A node that hangs costs one time-out, not one for each command. */
  async readFile(file: NodeFile): Promise<void> {
    if (this.lost || file.isWanted?.(this.files) === false) return
    try {
      await this.#run(file)
    } catch (error) {
      if (!(error instanceof KpxError)) throw error
      this.lost ??= error
    }
  }

  async #run({ commands, file, missed }: NodeFile): Promise<void> {
    const { missing, through } = this.#way
    const pool = new Pool(mostRuns)
    let failed: string | undefined
    for (const command of commands) {
      const [program = ''] = command.words
      const more = command.more ? command.more(this.files) : [[]]
      if (more === undefined || missing.has(program)) continue
      const runs = more.map((words) => [...command.words, ...words])
      const results = await Promise.all(runs.map((words) => pool.run(() => this.#way.run(words))))
      this.answered ||= results.length > 0
      const wrong = results.findIndex((result) => !hasPrinted(result, command))
      const result = results[wrong]
      if (!result) {
        const printed = joined(results.map(({ stdout }) => stdout))
        const own = command.files?.(printed, results.map(({ stderr }) => stderr).join('\n'))
        for (const [name, bytes] of own ?? [[file, printed]]) this.files.set(name, bytes)
        return
      }
      if (isMissing(result)) missing.add(program)
      else failed ??= `${runs[wrong]?.join(' ') ?? program}: ${firstLine(result)}`
    }
    if (failed !== undefined && missed !== undefined) this.blind.push({ file, why: failed })
    else if (missed === 'always')
      this.blind.push({ file, why: `${through} has no ${commands.at(-1)?.words[0] ?? file}` })
  }

  async readServed(file: string, port: number, path: string): Promise<void> {
    if (this.lost) return
    try {
      const bytes = await this.#way.get(port, path)
      if (bytes) this.files.set(file, bytes)
    } catch (error) {
      if (!(error instanceof KpxError)) throw error
      this.unserved.push({ file, why: error.message, fix: error.fix })
    }
  }
}

/** Dumps are big: one is not copied. */
const joined = (all: readonly Buffer[]): Buffer => (all.length === 1 && all[0]) || Buffer.concat(all)

/** What cannot be seen for one reason is told once. */
function folded(spots: readonly Blind[]): Blind[] {
  const told = new Map<string, Blind>()
  for (const spot of spots.toSorted((a, b) => (a.file < b.file ? -1 : 1))) {
    const same = told.get(spot.why)
    told.set(spot.why, same ? { ...same, file: `${same.file}, ${spot.file}` } : spot)
  }
  return [...told.values()]
}

const servedFiles = [
  { file: 'proxyMode.txt', of: 'metrics', path: '/proxyMode' },
  { file: 'metrics.txt', of: 'metrics', path: '/metrics' },
  { file: 'healthz.json', of: 'healthz', path: '/healthz' },
] as const

/** Whoever complains has not printed all, unless the command knows better. */
const hasPrinted = ({ exitCode, stderr, stdout }: ExecResult, { isWhole }: NodeCommand): boolean =>
  exitCode === 0 || (exitCode !== undefined && isWhole?.(exitCode, stderr, stdout) === true)

const isMissing = ({ exitCode, failure }: ExecResult): boolean =>
  (exitCode === undefined || exitCode === 126 || exitCode === 127) && isMissingProgram(failure)

/** 128 + SIGKILL: its container has ended. */
const killed = 137

function firstLine({ exitCode, failure, stderr }: ExecResult): string {
  if (exitCode === killed) return 'it was killed, as when its pod ends: ask again'
  return (stderr || failure || `exit code ${exitCode ?? 'unknown'}`).split('\n')[0] ?? ''
}
