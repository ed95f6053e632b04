/**
 * Lets this machine reach the API server: its loopback is the only network outside of the cluster that hears of it.
 * The listening socket is opened here and given to a process in the control plane's network, which takes what comes.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { controlPlane } from './addresses.ts'
import { boundTo, type Machine } from './machine.ts'

const file = fileURLToPath(import.meta.url)

/** The port of 127.0.0.1 that is the API server's as long as the machine runs. */
export async function forwardApiServer(cp: Machine): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port for the API server')
  const [program, argv] = boundTo(cp, process.execPath, ...process.execArgv, file)
  const log = openSync(join(cp.folder, 'forward.log'), 'a')
  const child = spawn(program, argv, { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  closeSync(log)
  await once(child, 'message')
  child.send('listen', server)
  await once(child, 'message')
  server.close()
  child.disconnect()
  child.unref()
  return address.port
}

function serve(server: Server & { allowHalfOpen?: boolean }): void {
  // one end may have said all while the other has not
  server.allowHalfOpen = true
  server.on('connection', (client) => {
    const upstream = connect({ host: controlPlane.addresses[0], port: controlPlane.port, allowHalfOpen: true })
    client.pipe(upstream).pipe(client)
    client.on('error', () => upstream.destroy())
    upstream.on('error', () => client.destroy())
  })
}

if (process.argv[1] === file) {
  process.on('message', (_, server) => {
    serve(server as Server)
    process.send?.('listening')
  })
  process.send?.('ready')
}
