/** A connection into a pod (exec, port-forward): numbered channels of bytes over one WebSocket (vN.channel.k8s.io). */
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { networkFailure } from './api-failure.ts'
import type { Asked } from './api-failure.ts'
import type { Connection, Query, Waiting } from './connection.ts'

/** As far as they lead to the other side. */
interface Channels {
  readonly send: (channel: number, bytes: Buffer) => void
  /** Undefined where the protocol has no such message. */
  readonly end: ((channel: number) => void) | undefined
  /** Nothing is waited for any more. */
  readonly close: () => void
}

/** `describe` says what is waited for, in the error of a time-out. */
export interface ChannelsOptions {
  readonly asked: Asked
  readonly query: Query
  readonly describe: string
  /** It changes something: Ctrl-C does not give it up. */
  readonly isChange?: boolean
  readonly onOpen?: (channels: Channels) => void
  /** True when all that is wanted has come. */
  readonly onBytes: (channel: number, bytes: Buffer) => boolean
}

/** The newer one alone can end a channel; API servers have it since 1.30 (KEP-4006). */
const ending = 'v5.channel.k8s.io'
const protocols = [ending, 'v4.channel.k8s.io']

/** Of the message that ends a channel (StreamClose, k8s.io/apimachinery/pkg/util/remotecommand). */
const endChannel = 255

/** Bytes of a refusal. */
const mostRefused = 2 ** 16

/** Ends when the other side closes, or `onBytes` has enough. Throws KPX1013 to KPX1017. */
export async function overChannels(connection: Connection, options: ChannelsOptions): Promise<void> {
  const { asked, describe, isChange = false, onBytes, onOpen, query } = options
  const url = connection.url(asked, query)
  url.protocol = url.protocol.replace('http', 'ws')
  const request = await connection.credentials.options()
  try {
    const open = ({ heard, reject, resolve }: Waiting<void>): (() => void) => {
      const socket = new WebSocket(url, protocols, { ...request, perMessageDeflate: false, skipUTF8Validation: true })
      const send = (channel: number, bytes: Buffer): void => socket.send(Buffer.concat([Buffer.of(channel), bytes]))
      const end = (channel: number): void => send(endChannel, Buffer.of(channel))
      socket.on('open', () =>
        onOpen?.({ send, end: socket.protocol === ending ? end : undefined, close: () => resolve() }),
      )
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
    }
    await connection.answered(describe, open, isChange)
  } catch (error) {
    throw networkFailure(error, connection, asked)
  }
}
