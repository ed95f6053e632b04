/** A command in a container, over a WebSocket (pods/exec, v4.channel.k8s.io and v5). */
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { networkFailure, statusFailure, timeOut } from './api-failure.ts'
import type { Asked } from './api-failure.ts'
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

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']
const channel = { stdout: 1, stderr: 2, status: 3 } as const

/** Runs the words as they are, without a shell. Throws KPX1013 to KPX1017; a command that fails is an answer. */
export async function exec(
  connection: Connection,
  { container, namespace, pod }: Container,
  command: readonly string[],
): Promise<ExecResult> {
  const asked: Asked = { verb: 'create', resource: resources.exec, namespace, name: pod }
  const url = connection.url(asked, { command, container, stdout: 'true', stderr: 'true' })
  url.protocol = url.protocol.replace('http', 'ws')
  const options = await connection.options()
  const socket = new WebSocket(url, protocols, { ...options, perMessageDeflate: false, skipUTF8Validation: true })
  return new Promise((resolve, reject) => {
    new Session(socket, connection, asked, command, resolve, reject).start()
  })
}

/** One command's channels until its status or the end of the connection. */
class Session {
  readonly #socket: WebSocket
  readonly #connection: Connection
  readonly #asked: Asked
  readonly #command: readonly string[]
  readonly #resolve: (result: ExecResult) => void
  readonly #reject: (error: Error) => void
  readonly #stdout: Buffer[] = []
  readonly #stderr: Buffer[] = []
  #status: Buffer | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(
    socket: WebSocket,
    connection: Connection,
    asked: Asked,
    command: readonly string[],
    resolve: (result: ExecResult) => void,
    reject: (error: Error) => void,
  ) {
    this.#socket = socket
    this.#connection = connection
    this.#asked = asked
    this.#command = command
    this.#resolve = resolve
    this.#reject = reject
  }

  start(): void {
    this.#wait()
    this.#socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        this.#fail(statusFailure(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'), this.#asked))
      })
    })
    this.#socket.on('message', (data) => this.#message(data))
    this.#socket.on('error', (error) => this.#fail(networkFailure(error, this.#connection.server, this.#asked)))
    this.#socket.on('close', () => this.#end())
  }

  #wait(): void {
    clearTimeout(this.#timer)
    const { patience } = this.#connection
    this.#timer = setTimeout(() => {
      this.#fail(timeOut(`${this.#command.join(' ')} in ${this.#asked.name ?? ''}`, patience))
    }, patience)
  }

  #message(data: RawData): void {
    this.#wait()
    if (!Buffer.isBuffer(data) || data.length < 2) return
    const bytes = data.subarray(1)
    if (data[0] === channel.stdout) this.#stdout.push(bytes)
    else if (data[0] === channel.stderr) this.#stderr.push(bytes)
    else if (data[0] === channel.status) this.#status = bytes
  }

  #fail(error: Error): void {
    clearTimeout(this.#timer)
    this.#reject(error)
    this.#socket.terminate()
  }

  #end(): void {
    clearTimeout(this.#timer)
    if (!this.#status) {
      const lost = Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })
      return this.#reject(networkFailure(lost, this.#connection.server, this.#asked))
    }
    this.#resolve({
      stdout: Buffer.concat(this.#stdout),
      stderr: Buffer.concat(this.#stderr).toString('utf8').trim(),
      ...ending(this.#status),
    })
  }
}

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
