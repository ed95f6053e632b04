/** Debian's Chromium without a window, asked over a pipe by the DevTools protocol; it runs no script of a page and has no network. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'

const flags = [
  '--headless=new',
  '--remote-debugging-pipe',
  // its sandbox does not go with root
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND',
]

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** A node of the document as the browser has parsed it. */
export interface DomNode {
  readonly nodeType: number
  readonly localName: string
  readonly nodeValue: string
  readonly children?: readonly DomNode[]
}

export interface Look {
  /** Of the page with all that lies beyond the window. */
  readonly contentWidth: number
  /** What the page loaded, itself first. */
  readonly requests: readonly string[]
  /** What the browser complains of. */
  readonly complaints: readonly string[]
  readonly document: DomNode
  /** Of what is in the window, PNG. */
  readonly screenshot: Buffer
  readonly pdf: Buffer
}

export class Browser {
  readonly #child: ChildProcess
  readonly #folder = mkdtempSync(join(tmpdir(), 'kpx-browser-'))
  readonly #waiting = new Map<number, (message: Message) => void>()
  #events: Message[] = []
  #next = 1

  constructor(program: string) {
    const args = [...flags, `--user-data-dir=${this.#folder}`, 'about:blank']
    this.#child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
    let rest = ''
    const output = this.#child.stdio[4] as Readable
    output.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\0')
      rest = parts.pop() ?? ''
      for (const part of parts) this.#read(JSON.parse(part) as Message)
    })
  }

  /** Of the file in a window of that width. */
  async look(file: string, width: number, scheme: 'dark' | 'light'): Promise<Look> {
    const { targetId } = await this.#ask<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.#ask<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })
    const ask = <T>(method: string, params: object = {}): Promise<T> => this.#ask<T>(method, params, sessionId)
    for (const domain of ['Page', 'Network', 'Log', 'Runtime', 'DOM']) await ask(`${domain}.enable`)
    await ask('Emulation.setScriptExecutionDisabled', { value: true })
    await ask('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
    await ask('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false })
    this.#events = []
    await ask('Page.navigate', { url: pathToFileURL(file).href })
    await this.#loaded()
    const { cssContentSize } = await ask<{ cssContentSize: { width: number } }>('Page.getLayoutMetrics')
    const { root } = await ask<{ root: DomNode }>('DOM.getDocument', { depth: -1 })
    const { data: screenshot } = await ask<{ data: string }>('Page.captureScreenshot')
    const { data: pdf } = await ask<{ data: string }>('Page.printToPDF', { printBackground: true })
    await this.#ask('Target.closeTarget', { targetId })
    return {
      contentWidth: cssContentSize.width,
      requests: this.#told('Network.requestWillBeSent', 'request', 'url'),
      complaints: [...this.#told('Log.entryAdded', 'entry', 'text'), ...this.#told('Runtime.consoleAPICalled', 'type')],
      document: root,
      screenshot: Buffer.from(screenshot, 'base64'),
      pdf: Buffer.from(pdf, 'base64'),
    }
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit')
    await this.#ask('Browser.close')
    await ended
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }

  #told(method: string, ...path: readonly string[]): string[] {
    const values = this.#events.filter((event) => event.method === method).map(({ params }) => params)
    return values.map((value) =>
      String(path.reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], value)),
    )
  }

  async #loaded(): Promise<void> {
    while (!this.#events.some(({ method }) => method === 'Page.loadEventFired')) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  #read(message: Message): void {
    if (message.id === undefined) this.#events.push(message)
    else this.#waiting.get(message.id)?.(message)
  }

  async #ask<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = this.#next++
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve))
    const input = this.#child.stdio[3] as Writable
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    const { error, result } = await answer
    this.#waiting.delete(id)
    if (error) throw new Error(`${method}: ${error.message}`)
    return result as T
  }
}
