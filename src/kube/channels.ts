/** A connection into a pod (exec, port-forward): numbered channels of bytes over one WebSocket (vN.channel.k8s.io). */
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { networkFailure, statusFailure, timeOut } from './api-failure.ts'
import type { Asked } from './api-failure.ts'
import type { Connection, Query } from './connection.ts'

/** `describe` says what is waited for, in the error of a time-out. */
export interface ChannelsOptions {
  readonly asked: Asked
  readonly query: Query
  readonly describe: string
  readonly onOpen?: (send: (channel: number, bytes: Buffer) => void) => void
  /** True when all that is wanted has come. */
  readonly onBytes: (channel: number, bytes: Buffer) => boolean
}

const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

/** Ends when the other side closes, or `onBytes` has enough. Throws KPX1013 to KPX1017. */
export async function overChannels(connection: Connection, options: ChannelsOptions): Promise<void> {
  const { asked, describe, onBytes, onOpen, query } = options
  const url = connection.url(asked, query)
  url.protocol = url.protocol.replace('http', 'ws')
  const request = await connection.options()
  const socket = new WebSocket(url, protocols, { ...request, perMessageDeflate: false, skipUTF8Validation: true })
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      const wait = (): void => {
        clearTimeout(timer)
        timer = setTimeout(() => reject(timeOut(describe, connection.patience)), connection.patience)
      }
      wait()
      socket.on('open', () => onOpen?.((channel, bytes) => socket.send(Buffer.concat([Buffer.of(channel), bytes]))))
      socket.on('message', (data: RawData) => {
        wait()
        if (Buffer.isBuffer(data) && onBytes(data[0] ?? 0, data.subarray(1))) resolve()
      })
      socket.on('unexpected-response', (_request, response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          reject(statusFailure(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'), asked))
        })
      })
      socket.on('error', reject)
      socket.on('close', () => resolve())
    })
  } catch (error) {
    throw networkFailure(error, connection.server, asked)
  } finally {
    clearTimeout(timer)
    socket.on('error', () => undefined)
    socket.terminate()
  }
}
