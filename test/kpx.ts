/** Runs kpx in tests: in process from its sources, or as the process that users run. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { captureOutput } from '@oclif/test'
import { loadOptions, runCommandLine } from '../src/main.ts'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const captures = `${root}test/captures`

export interface Ran<T = unknown> {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
  readonly result?: T
}

/** `kpx('explain', 'service', 'web')`: no shell, no splitting; 100 columns and no colour wherever it runs. */
export async function kpx<T = unknown>(...argv: string[]): Promise<Ran<T>> {
  return captured<T>(async () => runCommandLine(argv, await loadOptions(root, true)))
}

/** What a function writes and which exit code it leaves; what it throws is thrown on. */
export async function captured<T>(run: () => Promise<unknown>): Promise<Ran<T>> {
  const { exitCode } = process
  const { columns } = process.stdout
  process.exitCode = undefined
  process.stdout.columns = 100
  try {
    const { stdout, stderr, error, result } = await captureOutput<T>(run)
    if (error !== undefined) throw error
    return { stdout, stderr, exit: exitCodeNow(), ...(result === undefined ? {} : { result }) }
  } finally {
    process.exitCode = exitCode
    process.stdout.columns = columns
  }
}

/** The built kpx as a process without a terminal. Needs `npm run build`. */
export async function kpxProcess(...argv: string[]): Promise<Ran> {
  const { NO_COLOR: _no, FORCE_COLOR: _force, COLUMNS: _columns, ...env } = process.env
  const child = spawn(process.execPath, [`${root}bin/run.js`, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, exit: exit ?? 128 }
}

function exitCodeNow(): number {
  return Number(process.exitCode ?? 0)
}
