/** Who asks: what a request needs to say so, and what must never be told. */
import { X509Certificate } from 'node:crypto'
import type { RequestOptions } from 'node:https'
import type { KubeConfig } from '@kubernetes/client-node'
import { number, object, text } from '../cluster/json.ts'
import { KpxError } from '../error.ts'

export class Credentials {
  readonly #config: KubeConfig
  #first: Promise<RequestOptions> | undefined
  readonly #secrets = new Set<string>()
  #certificate: string | undefined

  constructor(config: KubeConfig) {
    this.#config = config
    const proxy = config.getCurrentCluster()?.proxyUrl
    if (proxy) this.#rememberProxy(new URL(proxy))
  }

  /** Certificates, proxy and credentials, which a plugin may have to fetch. Throws KPX1014. */
  async options(): Promise<RequestOptions> {
    // questions that are asked together would each run the plugin
    await (this.#first ??= this.#fetch())
    return this.#fetch()
  }

  async #fetch(): Promise<RequestOptions> {
    const options: RequestOptions = {}
    const { config, name } = this.#config.getCurrentUser()?.authProvider ?? {}
    if (name === 'oidc' && !isInTime(text(object(config)['id-token']))) {
      const message = 'the id-token in the kubeconfig has expired, or is none, and kpx does not renew it'
      throw new KpxError('KPX1014', message, { fix: 'have kubectl renew it, then ask again: kubectl auth whoami' })
    }
    try {
      await this.#config.applyToHTTPSOptions(options)
    } catch (error) {
      throw new KpxError('KPX1014', `the kubeconfig's credentials cannot be had: ${reasonOf(error)}`)
    }
    // a file with a token may end its line, which is no part of the header
    const headers = new Headers(options.headers as Record<string, string> | undefined)
    this.#remember(options, headers.get('authorization'))
    return { ...options, headers: Object.fromEntries(headers) }
  }

  #remember({ auth, cert }: RequestOptions, bearer: string | null): void {
    if (bearer) this.#secrets.add(bearer.replace(/^Bearer /, ''))
    if (typeof auth === 'string') {
      this.#secrets.add(auth.slice(auth.indexOf(':') + 1))
      this.#secrets.add(Buffer.from(auth).toString('base64'))
    }
    this.#certificate = cert?.toString()
  }

  #rememberProxy({ password, username }: URL): void {
    const own = decodeURIComponent(password)
    for (const secret of [password, own, Buffer.from(`${decodeURIComponent(username)}:${own}`).toString('base64')])
      if (own !== '') this.#secrets.add(secret)
  }

  /** What others say, as it may be repeated: some repeat the request that they refuse. */
  hidden(text: string): string {
    let told = text
    for (const secret of this.#secrets) if (secret !== '') told = told.replaceAll(secret, '(hidden)')
    return told
  }

  /** Why a client certificate is not taken, where its time is over. */
  get expiry(): string | undefined {
    if (this.#certificate === undefined) return undefined
    try {
      const { validTo } = new X509Certificate(this.#certificate)
      return Date.parse(validTo) < Date.now() ? `the kubeconfig's client certificate expired on ${validTo}` : undefined
    } catch {
      return undefined
    }
  }
}

/** A plugin's output, which a parser's message quotes, has the token in it. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof TypeError) return 'what the plugin printed is no ExecCredential'
  const [line = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n')
  return line === '' ? 'the plugin failed without a word' : line
}

/**
 * Whether a token (RFC 7519) can still be used. Its provider may give a new one for the refresh token, and may take that one back then:
 * only who writes the new one into the kubeconfig, as kubectl does, may ask for it.
 */
function isInTime(token: string): boolean {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return (number(object(claims)['exp']) ?? 0) * 1000 > Date.now()
  } catch {
    return false
  }
}
