/** A command in a container. */
import { networkFailure } from './api-failure.ts'
import type { Asked } from './api-failure.ts'
import { overChannels } from './channels.ts'
import type { Connection } from './connection.ts'
import { resources } from './resource.ts'

export interface Container {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

export interface ExecResult {
  readonly stdout: Buffer
  readonly stderr: string
  /** Undefined where the command could not be started. */
  readonly exitCode: number | undefined
  /** Why it could not be started, as the container runtime says. */
  readonly failure: string
}

/** As container runtimes say it in words (runc, crun, containerd's shim, CRI-O). */
export const isMissingProgram = (message: string): boolean =>
  /executable file not found|no such file or directory|not found in \$PATH|exit code 12[67]/.test(message)

const channels = { stdout: 1, stderr: 2, status: 3 } as const

/** Runs the words as they are, without a shell. Throws KPX1013 to KPX1017; a command that fails is an answer. */
export async function exec(
  connection: Connection,
  { container, namespace, pod }: Container,
  command: readonly string[],
): Promise<ExecResult> {
  const asked: Asked = { verb: 'create', resource: resources.exec, namespace, name: pod }
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  let status: Buffer | undefined
  await overChannels(connection, {
    asked,
    query: { command, container, stdout: 'true', stderr: 'true' },
    describe: `${command.join(' ')} in ${pod}`,
    onBytes(channel, bytes) {
      if (channel === channels.stdout) stdout.push(bytes)
      else if (channel === channels.stderr) stderr.push(bytes)
      else if (channel === channels.status) status = bytes
      return status !== undefined
    },
  })
  if (!status) throw networkFailure(closed(), connection.server, asked)
  return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8').trim(), ...ending(status) }
}

const closed = (): Error => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })

interface Status {
  readonly status?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] }
}

/** A Status object: Success, or a Failure with the exit code or with why there is none. */
function ending(bytes: Buffer): Pick<ExecResult, 'exitCode' | 'failure'> {
  let status: Status
  try {
    status = JSON.parse(bytes.toString('utf8')) as Status
  } catch {
    return { exitCode: undefined, failure: bytes.toString('utf8') }
  }
  if (status.status === 'Success') return { exitCode: 0, failure: '' }
  const code = Number(status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message)
  return { exitCode: Number.isInteger(code) ? code : undefined, failure: status.message ?? '' }
}
