/** A connection into a pod (exec, port-forward): numbered channels of bytes over one WebSocket (vN.channel.k8s.io). */
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { networkFailure } from './api-failure.ts'
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

/** Bytes of a refusal. */
const mostRefused = 2 ** 16

/** Ends when the other side closes, or `onBytes` has enough. Throws KPX1013 to KPX1017. */
export async function overChannels(connection: Connection, options: ChannelsOptions): Promise<void> {
  const { asked, describe, onBytes, onOpen, query } = options
  const url = connection.url(asked, query)
  url.protocol = url.protocol.replace('http', 'ws')
  const request = await connection.credentials.options()
  try {
    await connection.answered<void>(describe, ({ heard, reject, resolve }) => {
      const socket = new WebSocket(url, protocols, { ...request, perMessageDeflate: false, skipUTF8Validation: true })
      socket.on('open', () => onOpen?.((channel, bytes) => socket.send(Buffer.concat([Buffer.of(channel), bytes]))))
      socket.on('message', (data: RawData) => {
        heard()
        if (Buffer.isBuffer(data) && onBytes(data[0] ?? 0, data.subarray(1))) resolve()
      })
      socket.on('unexpected-response', (_request, response) => {
        let body = Buffer.alloc(0)
        const refuse = (): void => reject(connection.refusal(response.statusCode ?? 0, body, asked))
        response.on('data', (chunk: Buffer) => {
          body = Buffer.concat([body, chunk])
          if (body.length > mostRefused) refuse()
        })
        response.on('end', refuse)
        response.on('error', refuse)
      })
      socket.on('error', reject)
      socket.on('close', () => resolve())
      return () => socket.terminate()
    })
  } catch (error) {
    throw networkFailure(error, connection, asked)
  }
}
