/** Programs of this machine: started without a shell, without a terminal that they could ask for a password. */
import { spawn } from 'node:child_process'
import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process'
import { timeOut } from '../api-failure.ts'
import { resultOf } from '../exec.ts'
import type { ExecResult } from '../exec.ts'
import { KpxError } from '../../error.ts'
import { whenInterrupted } from '../../interruption.ts'
import { Printed } from '../printed.ts'
import type { Room } from '../room.ts'
import { Silence } from '../silence.ts'

/** Messages in English, and nobody who is asked for a password in a window. */
const quiet = { LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' }

/** Where programs for administrators are, which are not in every user's PATH. */
const adminFolders = '/usr/local/sbin:/usr/sbin:/sbin'

/** `patience` is the silence, in milliseconds, after which it is given up. Throws KPX1017, and KPX1022 where it is not to be had. */
export async function runProgram(
  words: readonly string[],
  patience: number,
  room: Room,
  stdin?: string,
): Promise<ExecResult> {
  const child = start(words, stdin)
  const end = (): void => endGroup(child)
  const release = whenInterrupted(async () => end())
  const printed = new Printed(room)
  let silence: Silence | undefined
  try {
    const exitCode = await new Promise<number | undefined>((resolve, reject) => {
      const started = new Silence(patience, () => reject(timeOut(words.join(' '), patience)))
      silence = started
      const keep = (stream: 'stderr' | 'stdout') => (bytes: Buffer) => {
        started.start()
        printed.add(stream, bytes)
        if (printed.excess !== undefined) resolve(undefined)
      }
      child.stdout.on('data', keep('stdout'))
      child.stderr.on('data', keep('stderr'))
      child.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? resolve(undefined) : reject(cannotStart(words[0] ?? '', error)),
      )
      child.on('close', (code) => resolve(code ?? 128))
    })
    return resultOf(printed, endingOf(exitCode, printed.stderr))
  } catch (error) {
    printed.drop()
    throw error
  } finally {
    silence?.end()
    release()
    end()
  }
}

function start([program = '', ...argv]: readonly string[], stdin: string | undefined): ChildProcessWithoutNullStreams {
  const env = { ...process.env, ...quiet, PATH: `${process.env['PATH'] ?? ''}:${adminFolders}` }
  // a session of its own has no terminal: ssh and sudo would ask there, whatever their standard input is
  const child = spawn(program, argv, { env, detached: true, stdio: 'pipe' })
  // whoever does not read it may have closed it
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin)
  return child
}

/** The program and those that it started. */
function endGroup({ exitCode, pid, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has just ended
  }
}

const cannotStart = (program: string, error: Error): KpxError =>
  new KpxError('KPX1022', `${program} cannot be started: ${error.message}`, { cause: error })

/** sudo and doas say so in words, and exit with 1; shells and nsenter with 127. */
const saysMissing = /: command not found$/m

function endingOf(exitCode: number | undefined, stderr: string): Pick<ExecResult, 'exitCode' | 'failure'> {
  const missing = exitCode === undefined || exitCode === 127 || (exitCode !== 0 && saysMissing.test(stderr))
  return missing ? { exitCode: undefined, failure: 'executable file not found in $PATH' } : { exitCode, failure: '' }
}
