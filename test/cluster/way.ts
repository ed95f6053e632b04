/** A way to the API server that a test can hold up and cut, at any connection: what passes is the API server's own TLS. */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster } from './cluster.ts'

export interface Way {
  /** The administrator's, or that of whose token was given, by this way. */
  readonly kubeconfig: string
  /** Nothing listens any more, and nothing passes. */
  readonly cut: () => void
  readonly close: () => void
}

export interface Traffic {
  /** Awaited before the connection of this number, counted from 1, goes on. */
  readonly before?: (connection: number, way: Way) => Promise<void> | void
  /** Bytes of answers after which this connection breaks. */
  readonly most?: (connection: number) => number
  readonly token?: string
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { server: string } }[]
  readonly users: readonly { user: object }[]
}

export async function openWay(cluster: Cluster, { before, most, token }: Traffic = {}): Promise<Way> {
  const config = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8')) as Kubeconfig
  const [{ cluster: own } = { cluster: { server: '' } }] = config.clusters
  const upstream = new URL(own.server)
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const number = ++count
    sockets.add(client)
    client.on('error', () => undefined)
    void Promise.resolve(before?.(number, way)).then(() => {
      if (!client.destroyed) sockets.add(passOn(client, upstream, most?.(number) ?? Infinity))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port for the way')
  own.server = `https://127.0.0.1:${address.port}`
  for (const one of config.users) if (token !== undefined) one.user = { token }
  const folder = mkdtempSync(join(tmpdir(), 'kpx-way-'))
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 })
  const cut = (): void => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  const close = (): void => {
    cut()
    rmSync(folder, { recursive: true, force: true })
  }
  const way: Way = { kubeconfig, cut, close }
  return way
}

/** Both ways, until the answers are more than so many bytes. */
function passOn(client: Socket, { hostname, port }: URL, most: number): Socket {
  const api = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  let passed = 0
  api.on('data', (chunk: Buffer) => {
    if ((passed += chunk.length) > most) client.destroy()
  })
  client.pipe(api).pipe(client)
  client.on('close', () => api.destroy())
  api.on('error', () => client.destroy())
  return api
}
