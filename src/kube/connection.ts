/** A cluster's API server: requests with the kubeconfig's credentials, each with its time-out and a clear failure. */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeConfig } from '@kubernetes/client-node'
import { describe, networkFailure, statusFailure, timeOut } from './api-failure.ts'
import type { Asked } from './api-failure.ts'
import { KpxError } from '../error.ts'
import { pathOf } from './resource.ts'

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
}

const methods = { create: 'POST', delete: 'DELETE', get: 'GET', list: 'GET' } as const

/** How often a read is tried when the server is busy or the connection breaks. */
const mostTries = 3

/** Milliseconds, where the server names none. */
const pause = 500
const longestPause = 5_000

export class Connection {
  readonly context: string
  readonly server: string
  /** Milliseconds of silence after which an answer is given up. */
  readonly patience: number
  readonly flags: string
  readonly #config: KubeConfig

  /** `flags` are those that name the cluster to another command. */
  constructor(config: KubeConfig, patience: number, flags: string) {
    this.#config = config
    this.context = config.currentContext
    this.server = config.getCurrentCluster()?.server.replace(/\/+$/, '') ?? ''
    this.patience = patience
    this.flags = flags
  }

  /** The answer's bytes. Reads may be tried again; throws KPX1013 to KPX1017. */
  async get(asked: Asked, query: Query = {}): Promise<Buffer> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#try({ asked, query }, tries < mostTries)
      if (answer && answer.status < 300) return answer.body
      const worthAnother = !answer || answer.status === 429 || answer.status >= 500
      if (answer && (!worthAnother || tries === mostTries)) {
        throw statusFailure(answer.status, answer.body.toString('utf8'), asked)
      }
      await delay(Math.min((answer?.retryAfter ?? 0) * 1000 || pause * tries, longestPause))
    }
  }

  /** Makes the object, once: whether a broken connection had brought it there cannot be known. Throws KPX1013 to KPX1017. */
  async create(asked: Asked, object: object): Promise<void> {
    const { name: _name, ...collection } = asked
    const answer = await this.#try({ asked: collection, query: {}, object }, false)
    if (answer && answer.status >= 300) throw statusFailure(answer.status, answer.body.toString('utf8'), asked)
  }

  /** Deletes the object; it is well if there is none. Throws KPX1013 to KPX1017. */
  async delete(asked: Asked): Promise<void> {
    const send = (again: boolean): Promise<Answer | undefined> => this.#try({ asked, query: {} }, again)
    const answer = (await send(true)) ?? (await send(false))
    if (!answer || answer.status < 300 || answer.status === 404) return
    throw statusFailure(answer.status, answer.body.toString('utf8'), asked)
  }

  /** Undefined for a connection that broke where another try is left. */
  async #try(sent: Sent, again: boolean): Promise<Answer | undefined> {
    try {
      return await this.#send(sent)
    } catch (error) {
      if (again && isBroken(error)) return undefined
      throw networkFailure(error, this.server, sent.asked)
    }
  }

  async #send({ asked, object, query }: Sent): Promise<Answer> {
    const url = this.url(asked, query)
    const options = { ...(await this.options()), method: methods[asked.verb] }
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest
    return new Promise((resolve, reject) => {
      const request = send(url, options, (response) => {
        read(response).then(resolve, reject)
      })
      request.setHeader('accept', 'application/json')
      if (object) request.setHeader('content-type', 'application/json')
      request.setTimeout(this.patience, () => request.destroy(timeOut(describe(asked), this.patience)))
      request.on('error', reject)
      request.end(object && JSON.stringify(object))
    })
  }

  url({ name, namespace, resource }: Asked, query: Query): URL {
    const url = new URL(
      this.server +
        pathOf(resource, { ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) }),
    )
    for (const [key, values] of Object.entries(query)) {
      for (const value of typeof values === 'string' ? [values] : values) url.searchParams.append(key, value)
    }
    return url
  }

  /** Certificates, proxy and credentials, which a plugin may have to fetch. */
  async options(): Promise<RequestOptions> {
    const options: RequestOptions = {}
    try {
      await this.#config.applyToHTTPSOptions(options)
    } catch (error) {
      const why = error instanceof Error ? error.message.split('\n')[0] : String(error)
      throw new KpxError('KPX1014', `the kubeconfig's credentials cannot be had: ${why}`, { cause: error })
    }
    return options
  }
}

const isBroken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')

async function read(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const retryAfter = Number(response.headers['retry-after'])
  return {
    status: response.statusCode ?? 0,
    retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined,
    body: Buffer.concat(chunks),
  }
}
