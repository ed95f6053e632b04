/** Programs of this machine: started without a shell, without a terminal that they could ask for a password. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { timeOut } from '../api-failure.ts'
import type { ExecResult } from '../exec.ts'
import { KpxError } from '../../error.ts'
import { whenInterrupted } from '../../interruption.ts'

/** Messages in English, and nobody who is asked for a password in a window. */
const quiet = { LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' }

/** Where programs for administrators are, which are not in every user's PATH. */
const adminFolders = '/usr/local/sbin:/usr/sbin:/sbin'

/** `patience` is the silence, in milliseconds, after which it is given up. Throws KPX1017, and KPX1022 where it is not to be had. */
export async function runProgram(words: readonly string[], patience: number): Promise<ExecResult> {
  const [program = '', ...argv] = words
  const env = { ...process.env, ...quiet, PATH: `${process.env['PATH'] ?? ''}:${adminFolders}` }
  // a session of its own has no terminal: ssh and sudo would ask there, whatever their standard input is
  const child = spawn(program, argv, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const end = (): void => endGroup(child)
  const release = whenInterrupted(async () => end())
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  let timer: NodeJS.Timeout | undefined
  try {
    const exitCode = await new Promise<number | undefined>((resolve, reject) => {
      const wait = (): void => {
        clearTimeout(timer)
        timer = setTimeout(() => reject(timeOut(words.join(' '), patience)), patience)
      }
      wait()
      child.stdout.on('data', (bytes: Buffer) => (wait(), stdout.push(bytes)))
      child.stderr.on('data', (bytes: Buffer) => (wait(), stderr.push(bytes)))
      child.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? resolve(undefined) : reject(cannotStart(program, error)),
      )
      child.on('close', (code) => resolve(code ?? 128))
    })
    return resultOf(exitCode, Buffer.concat(stdout), Buffer.concat(stderr).toString('utf8').trim())
  } finally {
    clearTimeout(timer)
    release()
    end()
  }
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

function resultOf(exitCode: number | undefined, stdout: Buffer, stderr: string): ExecResult {
  const missing = exitCode === undefined || exitCode === 127 || (exitCode !== 0 && saysMissing.test(stderr))
  if (missing) return { stdout, stderr, exitCode: undefined, failure: 'executable file not found in $PATH' }
  return { stdout, stderr, exitCode, failure: '' }
}
