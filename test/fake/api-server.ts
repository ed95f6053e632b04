/**
 * An API server on loopback that answers as the test says: lists from a recording, and commands in pods from its files. It stands at the
 * edge of the process, so that everything of kpx's own is real.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

export const token = 'secret-token-of-the-test'

/** What a command in a container did; `hang` never answers, `cut` breaks the connection, `endless` goes on as long as somebody listens. */
export type Ran =
  | { readonly stdout: Buffer | string; readonly stderr?: string; readonly exitCode?: number }
  | { readonly missing: string }
  | 'cut'
  | 'endless'
  | 'hang'

export interface Script {
  /** Undefined for 404. */
  readonly get?: (
    url: URL,
    request: IncomingMessage,
  ) =>
    | { readonly status?: number; readonly body: unknown; readonly headers?: Record<string, string> }
    | 'cut'
    | 'endless'
    | 'hang'
    | undefined
  /** A POST, PUT or PATCH with its object, or a DELETE; undefined for 404. */
  readonly write?: (
    method: string,
    path: string,
    object: unknown,
    query: URLSearchParams,
  ) => { readonly status?: number; readonly body?: unknown } | undefined
  /** `stdin` is undefined where the command gets none. */
  readonly exec?: (pod: string, words: readonly string[], stdin?: string) => Ran
  /** Of several that kpx offers, the one that the server has; the first where it is not told. */
  readonly protocol?: string
  /** What a server on a port of the pod answers to a GET, in full; undefined where none listens. */
  readonly forward?: (pod: string, port: number, path: string) => string | undefined
  /** The status of a refused exec, and what is said of it. */
  readonly execStatus?: number
  readonly execMessage?: (request: IncomingMessage) => string
}

export interface FakeApiServer {
  readonly url: string
  readonly kubeconfig: string
  /** Paths with their queries, in the order in which they came. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

export async function startApiServer(script: Script): Promise<FakeApiServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(script, request, response)
  })
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => script.protocol ?? [...protocols][0] ?? false,
  })
  server.on('upgrade', (request, socket, head) => {
    asked.push(request.url ?? '')
    // the API server has no such media type for a WebSocket
    const usual = request.headers.accept === undefined ? 101 : 406
    const status = script.execStatus ?? (isKnown(request) ? usual : 401)
    if (status !== 101) return void socket.end(refusal(status, script.execMessage?.(request)))
    const serve = request.url?.includes('/portforward') === true ? forward : run
    return sockets.handleUpgrade(request, socket, head, (one) => serve(script, urlOf(request), one))
  })
  const port = await listening(server)
  const folder = mkdtempSync(join(tmpdir(), 'kpx-fake-'))
  const kubeconfig = join(folder, 'config')
  const url = `http://127.0.0.1:${port}`
  writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(url)))
  return {
    url,
    kubeconfig,
    asked,
    async close() {
      rmSync(folder, { recursive: true })
      for (const one of sockets.clients) one.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const kubeconfigOf = (server: string) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'fake',
  contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
  clusters: [{ name: 'fake', cluster: { server } }],
  users: [{ name: 'fake', user: { token } }],
})

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })

const urlOf = (request: IncomingMessage): URL => new URL(request.url ?? '/', 'http://fake')
const isKnown = ({ headers }: IncomingMessage): boolean => headers.authorization === `Bearer ${token}`

const status = (code: number, message: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message,
  code,
})

function refusal(code: number, message = 'refused by the test'): string {
  const body = JSON.stringify(status(code, message))
  return `HTTP/1.1 ${code} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}

function answer(script: Script, request: IncomingMessage, response: ServerResponse): void {
  if (!isKnown(request)) return send(response, 401, status(401, 'Unauthorized'))
  if (request.method !== 'GET') return void write(script, request, response)
  const told = script.get?.(urlOf(request), request)
  if (told === 'hang') return
  if (told === 'cut') return void response.socket?.destroy()
  if (told === 'endless') return void pipeline(blanks(), response).catch(() => undefined)
  if (told) send(response, told.status ?? 200, told.body, told.headers)
  else send(response, 404, status(404, 'the server could not find the requested resource'))
}

async function write(script: Script, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  const object: unknown = body === '' ? undefined : JSON.parse(body)
  const { pathname, searchParams } = urlOf(request)
  const told = script.write?.(request.method ?? '', pathname, object, searchParams)
  send(response, told ? (told.status ?? 200) : 404, told?.body ?? {})
}

function send(response: ServerResponse, code: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** Of which each begins as stdout does. */
function* blanks(): Generator<Buffer> {
  const blank = Buffer.alloc(2 ** 23, ' ')
  blank[0] = channel.stdout
  for (;;) yield blank
}

const channel = { stdout: 1, stderr: 2, status: 3 } as const

/** The message that ends another channel. */
const endChannel = 255

function run(script: Script, url: URL, socket: WebSocket): void {
  if (url.searchParams.get('stdin') !== 'true') return runWith(undefined, script, url, socket)
  const input: Buffer[] = []
  socket.on('message', (data: Buffer) => {
    if (data[0] === 0) input.push(data.subarray(1))
    if (data[0] === endChannel && data[1] === 0) runWith(Buffer.concat(input).toString('utf8'), script, url, socket)
  })
}

function runWith(stdin: string | undefined, script: Script, url: URL, socket: WebSocket): void {
  const pod = url.pathname.split('/').at(-2) ?? ''
  const ran = script.exec?.(pod, url.searchParams.getAll('command'), stdin) ?? { missing: 'any command' }
  const write = (to: number, data: Buffer | string): void =>
    socket.send(Buffer.concat([Buffer.from([to]), Buffer.from(data)]))
  if (ran === 'hang') return
  if (ran === 'cut') return socket.terminate()
  if (ran === 'endless') return void pipeline(blanks(), createWebSocketStream(socket)).catch(() => undefined)
  if ('missing' in ran) {
    const message = `exec failed: exec: "${ran.missing}": executable file not found in $PATH: unknown`
    write(channel.status, JSON.stringify({ status: 'Failure', message, reason: 'InternalError' }))
    return socket.close()
  }
  write(channel.stdout, ran.stdout)
  if (ran.stderr !== undefined) write(channel.stderr, ran.stderr)
  write(channel.status, JSON.stringify(endingOf(ran.exitCode ?? 0)))
  socket.close()
}

/** Each channel begins with the port, as the kubelet has it. */
function forward(script: Script, url: URL, socket: WebSocket): void {
  const pod = url.pathname.split('/').at(-2) ?? ''
  const port = Number(url.searchParams.get('ports'))
  const portBytes = Buffer.of(port & 255, port >> 8)
  for (const channel of [0, 1]) socket.send(Buffer.concat([Buffer.of(channel), portBytes]))
  socket.on('message', (data: Buffer) => {
    const path = /^.GET (\S+) /s.exec(data.toString('latin1'))?.[1] ?? ''
    const answered = script.forward?.(pod, port, path)
    const [channel, text] = answered === undefined ? [1, 'connect: connection refused'] : [0, answered]
    socket.send(Buffer.concat([Buffer.of(channel), Buffer.from(text)]))
    socket.close()
  })
}

const endingOf = (code: number) =>
  code === 0
    ? { status: 'Success' }
    : {
        status: 'Failure',
        reason: 'NonZeroExitCode',
        message: `command terminated with exit code ${code}`,
        details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
      }
