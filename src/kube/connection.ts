/** A cluster's API server: requests with the kubeconfig's credentials, each with its time-out and a clear failure. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeConfig } from '@kubernetes/client-node'
import { describe, networkFailure, statusFailure, timeOut, endless } from './api-failure.ts'
import type { Asked } from './api-failure.ts'
import { Credentials } from './credentials.ts'
import { pathOf } from './resource.ts'
import { Room } from './room.ts'
import { Silence } from './silence.ts'
import { mostFileBytes } from '../capture/limits.ts'
import type { KpxError } from '../error.ts'

export type Query = Readonly<Record<string, string | readonly string[]>>

interface Answer {
  readonly status: number
  readonly retryAfter: number | undefined
  readonly body: Buffer
}

/** `object` is the body, where there is one. */
interface Sent {
  readonly asked: Asked
  readonly query: Query
  readonly object?: object
  /** The media type of the answer. */
  readonly accept?: string
}

const methods = { create: 'POST', delete: 'DELETE', get: 'GET', list: 'GET', patch: 'PATCH', update: 'PUT' } as const

const anyJson = 'application/json'

/** A patch is RFC 7386's: the object with what is new of it. */
const typeOf = (verb: Asked['verb']): string => `application/${verb === 'patch' ? 'merge-patch+' : ''}json`

/** The other side of a question: `heard` when something of the answer has come. */
export interface Waiting<T> {
  readonly resolve: (answer: T) => void
  readonly reject: (error: unknown) => void
  readonly heard: () => void
}

/** How often a read is tried when the server is busy or the connection breaks. */
const mostTries = 3

/** Milliseconds, where the server names none. */
const pause = 500
const longestPause = 5_000

export class Connection {
  readonly context: string
  /** As messages name it. */
  readonly server: string
  /** Between kpx and the server, as messages name it; undefined where there is none. */
  readonly proxy: string | undefined
  /** Milliseconds of silence after which an answer is given up. */
  readonly patience: number
  readonly flags: string
  readonly credentials: Credentials
  /** For what nodes print. */
  readonly room = new Room()
  readonly #config: KubeConfig
  readonly #base: string
  readonly #waiting = new Set<() => void>()
  #closed = false

  /** `flags` are those that name the cluster to another command. */
  constructor(config: KubeConfig, patience: number, flags: string) {
    this.#config = config
    this.credentials = new Credentials(config)
    this.context = config.currentContext
    this.#base = config.getCurrentCluster()?.server.replace(/\/+$/, '') ?? ''
    this.server = withoutUser(this.#base)
    const proxy = config.getCurrentCluster()?.proxyUrl
    this.proxy = proxy && withoutUser(proxy).replace(/\/$/, '')
    this.patience = patience
    this.flags = flags
  }

  /** The answer's bytes. Reads may be tried again; throws KPX1011 and KPX1013 to KPX1017. */
  async get(asked: Asked, query: Query = {}, accept = anyJson): Promise<Buffer> {
    for (let tries = 1; ; tries++) {
      const sent = { asked, query, accept }
      const answer = await (tries < mostTries ? this.#unlessBroken(sent) : this.#once(sent))
      if (answer && answer.status < 300) return answer.body
      const worthAnother = !answer || answer.status === 429 || answer.status >= 500
      if (answer && (!worthAnother || tries === mostTries)) throw this.refusal(answer.status, answer.body, asked)
      await delay(Math.min((answer?.retryAfter ?? 0) * 1000 || pause * tries, longestPause))
    }
  }

  /** The same cluster as the same user, for another reading: whoever has read all that there is closes its own. */
  another(patience = this.patience): Connection {
    return new Connection(this.#config, patience, this.flags)
  }

  /**
   * Makes the object, once: whether a broken connection had brought it there cannot be known. The answer's bytes are the object; where there
   * is one already, the cause of the error is 409. Throws KPX1013 to KPX1017.
   */
  async create(asked: Asked, object: object, query: Query = {}): Promise<Buffer> {
    const { name: _name, ...collection } = asked
    const { body, status } = await this.#once({ asked: collection, query, object })
    if (status >= 300) throw this.refusal(status, body, asked)
    return body
  }

  /**
   * Patches or replaces the object, once; the answer's bytes are the object as it is then. With a resourceVersion it is changed as it was
   * read or not at all: the cause of the error is then 409. Throws KPX1013 to KPX1017.
   */
  async change(asked: Asked, object: object, query: Query): Promise<Buffer> {
    const { body, status } = await this.#once({ asked, query, object })
    if (status >= 300) throw this.refusal(status, body, asked)
    return body
  }

  /**
   * Deletes the object; it is well if there is none. `preconditions` are those of DeleteOptions, its uid or resourceVersion: where it is
   * another one, the cause of the error is 409. Throws KPX1013 to KPX1017.
   */
  async delete(asked: Asked, preconditions?: Readonly<Record<string, string>>): Promise<void> {
    const sent = { asked, query: {}, ...(preconditions && { object: { preconditions } }) }
    const { body, status } = (await this.#unlessBroken(sent)) ?? (await this.#once(sent))
    if (status >= 300 && status !== 404) throw this.refusal(status, body, asked)
  }

  async #once(sent: Sent): Promise<Answer> {
    try {
      return await this.#send(sent)
    } catch (error) {
      throw networkFailure(error, this, sent.asked)
    }
  }

  /** Undefined for a connection that broke: whoever may ask again does. */
  async #unlessBroken(sent: Sent): Promise<Answer | undefined> {
    try {
      return await this.#send(sent)
    } catch (error) {
      if (isBroken(error)) return undefined
      throw networkFailure(error, this, sent.asked)
    }
  }

  async #send({ accept = anyJson, asked, object, query }: Sent): Promise<Answer> {
    const url = this.url(asked, query)
    const options = { ...(await this.credentials.options()), method: methods[asked.verb] }
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest
    const isChange = asked.verb !== 'get' && asked.verb !== 'list'
    const ask = ({ heard, reject, resolve }: Waiting<Answer>): (() => void) => {
      const request = send(url, options)
      request.setHeader('accept', accept)
      const body = object && Buffer.from(JSON.stringify(object))
      if (body) {
        request.setHeader('content-type', typeOf(asked.verb))
        // Node.js tells it of its own accord for some methods only
        request.setHeader('content-length', body.length)
      }
      request.on('response', (response) => {
        heard()
        read(response, heard, asked).then(resolve, reject)
      })
      request.on('error', reject)
      request.end(body)
      return () => request.destroy()
    }
    return this.answered(describe(asked), ask, isChange)
  }

  /** Waits for what `ask` begins, which returns how it ends. Throws KPX1017 after too long a silence. A change is not given up. */
  async answered<T>(what: string, ask: (waiting: Waiting<T>) => () => void, isChange = false): Promise<T> {
    let end: (() => void) | undefined
    let giveUp: (() => void) | undefined
    let silence: Silence | undefined
    try {
      return await new Promise<T>((resolve, reject) => {
        if (this.#closed && !isChange) return reject(given())
        giveUp = () => reject(given())
        if (!isChange) this.#waiting.add(giveUp)
        const started = new Silence(this.patience, () => reject(timeOut(what, this.patience)))
        silence = started
        end = ask({ resolve, reject, heard: () => started.start() })
      })
    } finally {
      silence?.end()
      if (giveUp) this.#waiting.delete(giveUp)
      end?.()
    }
  }

  /** Nobody waits any more for what is only read; what is made is deleted again. */
  close(): void {
    this.#closed = true
    for (const giveUp of this.#waiting) giveUp()
  }

  /** An answer with another status than 2xx as an error. */
  refusal(status: number, body: Buffer, asked: Asked): KpxError {
    const text = this.credentials.hidden(body.toString('utf8'))
    return statusFailure(status, text, asked, this.credentials.expiry)
  }

  url({ name, namespace, resource }: Asked, query: Query): URL {
    const url = new URL(
      this.#base +
        pathOf(resource, { ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) }),
    )
    for (const [key, values] of Object.entries(query)) {
      for (const value of typeof values === 'string' ? [values] : values) url.searchParams.append(key, value)
    }
    return url
  }
}

const withoutUser = (url: string): string => url.replace(/^(\w+:\/\/)[^/@]*@/, '$1')

const given = (): Error => new Error('it is not asked any more')

/** As the error of a connection that ended before the answer did. */
export const closed = (): Error => Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })

export const isBroken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')

async function read(response: IncomingMessage, heard: () => void, asked: Asked): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    heard()
    chunks.push(chunk)
    if ((bytes += chunk.length) > mostFileBytes) throw endless(asked)
  }
  const retryAfter = Number(response.headers['retry-after'])
  return {
    status: response.statusCode ?? 0,
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
    body: Buffer.concat(chunks),
  }
}
