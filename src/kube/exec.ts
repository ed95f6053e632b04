/** A command in a container. */
import { setTimeout as delay } from 'node:timers/promises'
import { networkFailure } from './api-failure.ts'
import type { Asked } from './api-failure.ts'
import { overChannels } from './channels.ts'
import { closed, isBroken } from './connection.ts'
import type { Connection } from './connection.ts'
import { Printed } from './printed.ts'
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

/** Bytes of a message: servers do not take any size. */
const pieceSize = 2 ** 15

const pieces = (bytes: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / pieceSize) }, (_, index) =>
    bytes.subarray(index * pieceSize, (index + 1) * pieceSize),
  )

/** What is said instead of a status. */
const endlessInput =
  'the API server cannot tell a command that its standard input has ended: it is older than 1.30, or something before it is'

const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3 } as const

/** How often a command is run whose connection breaks, and milliseconds between. */
const mostTries = 2
const pause = 500

/**
 * Runs the words as they are, without a shell; they must change nothing, for they may be run again. Throws KPX1013 to KPX1017; a command
 * that fails, or prints more than there is room for, is an answer.
 */
export async function exec(
  connection: Connection,
  container: Container,
  command: readonly string[],
): Promise<ExecResult> {
  for (let tries = 1; ; tries++) {
    try {
      return await runOnce(connection, container, command)
    } catch (error) {
      if (tries === mostTries || !(error instanceof Error) || !isBroken(error.cause)) throw error
    }
    await delay(pause)
  }
}

/** Runs the words as they are, once: they may change something. A broken connection tells nothing about whether they have. */
export const execChange = async (
  connection: Connection,
  container: Container,
  command: readonly string[],
  stdin: string | undefined,
): Promise<ExecResult> => runOnce(connection, container, command, { isChange: true, stdin })

async function runOnce(
  connection: Connection,
  { container, namespace, pod }: Container,
  command: readonly string[],
  { isChange, stdin }: { readonly isChange: boolean; readonly stdin?: string | undefined } = { isChange: false },
): Promise<ExecResult> {
  const asked: Asked = { verb: 'create', resource: resources.exec, namespace, name: pod }
  const printed = new Printed(connection.room)
  let status: Buffer | undefined
  try {
    await overChannels(connection, {
      asked,
      query: { command, container, stdout: 'true', stderr: 'true', ...(stdin !== undefined && { stdin: 'true' }) },
      describe: `${command.join(' ')} in ${pod}`,
      isChange,
      onOpen({ close, end, send }) {
        if (stdin === undefined) return
        if (!end) {
          status = Buffer.from(endlessInput)
          return close()
        }
        for (const piece of pieces(Buffer.from(stdin))) send(channels.stdin, piece)
        end(channels.stdin)
      },
      onBytes(channel, bytes) {
        if (channel === channels.stdout) printed.add('stdout', bytes)
        else if (channel === channels.stderr) printed.add('stderr', bytes)
        else if (channel === channels.status) status = bytes
        return status !== undefined || printed.excess !== undefined
      },
    })
    if (!status && printed.excess === undefined) throw networkFailure(closed(), connection, asked)
  } catch (error) {
    printed.drop()
    throw error
  }
  return resultOf(printed, ending(status ?? Buffer.alloc(0)), (text) => connection.credentials.hidden(text))
}

type Ending = Pick<ExecResult, 'exitCode' | 'failure'>

/** Of a command that ended so, or that printed more than there is room for. */
export function resultOf(
  printed: Printed,
  { exitCode, failure }: Ending,
  told: (text: string) => string = (text) => text,
): ExecResult {
  const { excess, stderr, stdout } = printed
  if (excess !== undefined) return { stdout, stderr, exitCode: undefined, failure: excess }
  return { stdout, stderr: told(stderr), exitCode, failure: told(failure) }
}

interface Status {
  readonly status?: string
  readonly message?: string
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] }
}

/** A Status object: Success, or a Failure with the exit code or with why there is none. */
function ending(bytes: Buffer): Ending {
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
