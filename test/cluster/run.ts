/** Runs a program to its end: no shell, arguments as they are. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string | Uint8Array
}

interface Ended {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** What it printed and how it ended. Throws only where it cannot be started. */
export async function attempt(program: string, argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { input, ...rest } = options
  const child = spawn(program, argv, { ...rest, stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = once(child, 'close') as Promise<[number | null]>
  // a program that does not read its input closes it early; its exit code says whether that was wrong
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { exit: exit ?? 128, stdout, stderr }
}

/** What it printed on stdout. Throws with its last lines where it fails. */
export async function run(program: string, argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exit, stdout, stderr } = await attempt(program, argv, options)
  if (exit === 0) return stdout
  const last = `${stdout}${stderr}`.trimEnd().split('\n').slice(-20).join('\n')
  throw new Error(`${[program, ...argv].join(' ')}: exit ${exit}\n${last}`)
}
