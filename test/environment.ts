/** kpx with nothing of the environment of the tests, and what it writes there. Needs `npm run build`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { root } from './kpx.ts'

export interface Printed {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number | null
}

/** The built kpx through a line of shell that closes stdin, with nothing of this process's environment but the path. */
export async function printed(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  run = 'exec "$@" <&-',
): Promise<Printed> {
  const words = [process.execPath, `${root}bin/run.js`, ...argv]
  const child = spawn('bash', ['-c', run, 'bash', ...words], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, exit }
}

/** How the reader of the answer has ended before there is one. */
export const unread = '"$@" <&- | true; exit ${PIPESTATUS[0]}'

/** Lines that are too long for the terminal and could have been broken; commands are copied, and stay whole. */
export const tooLong = (stdout: string, width: number): string[] =>
  stdout
    .split('\n')
    .filter((line) => Array.from(line).length > width && line.trim().includes(' ') && !/^ {2}(?:kpx|curl) /.test(line))
