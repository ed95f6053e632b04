/** Proxies on loopback that bring every connection to one port, wherever it is meant to go. */
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface FakeProxy {
  readonly port: number
  /** `HOST:PORT` of each connection, in the order in which they came, and behind them what was sent to be let through. */
  readonly asked: readonly string[]
  close(): void
}

/** Answers CONNECT; `status` is another answer than 200. */
export async function httpProxy(target: number, status = 200): Promise<FakeProxy> {
  const asked: string[] = []
  const server = createHttpServer().on('connect', ({ headers, url = '' }, socket: Socket) => {
    asked.push([url, headers['proxy-authorization'] ?? ''].join(' ').trim())
    if (status !== 200) return void socket.end(`HTTP/1.1 ${status} Refused\r\n\r\n`)
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    join(socket, connect(target, '127.0.0.1'))
  })
  return started(server, asked)
}

/** RFC 1928 without authentication, of hosts that are named. */
export async function socksProxy(target: number): Promise<FakeProxy> {
  const asked: string[] = []
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(Buffer.of(5, 0))
      socket.once('data', (request: Buffer) => {
        const end = 5 + (request[4] ?? 0)
        const isNamed = request[3] === 3
        asked.push(isNamed ? `${request.toString('latin1', 5, end)}:${request.readUInt16BE(end)}` : 'an address')
        socket.write(Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))
        join(socket, connect(target, '127.0.0.1'))
      })
    })
  })
  return started(server, asked)
}

function join(one: Socket, other: Socket): void {
  one.pipe(other).pipe(one)
  for (const [socket, end] of [
    [one, other],
    [other, one],
  ] as const)
    socket.on('error', () => end.destroy())
}

async function started(server: Server, asked: readonly string[]): Promise<FakeProxy> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
