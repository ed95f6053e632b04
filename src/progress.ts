/** What kpx waits for: one line of a terminal, from the moment on that it takes long, which is gone when the answer comes. */
import { sanitise } from './view/sanitise.ts'

type Terminal = Pick<NodeJS.WriteStream, 'columns' | 'isTTY' | 'write'>

/** Milliseconds after which somebody wonders whether anything happens. */
const long = 1000

/** ECMA-48: to the line's beginning (CR), and nothing from there on (EL). */
const clear = '\r\u001b[K'

export class Progress {
  readonly #terminal: Terminal | undefined
  #text: string | undefined
  #timer: NodeJS.Timeout | undefined
  #isLong = false
  #isShown = false

  constructor(stream: Terminal, env: NodeJS.ProcessEnv) {
    this.#terminal = stream.isTTY && env['TERM'] !== 'dumb' ? stream : undefined
  }

  /** What is waited for now; undefined for nothing, and before somebody else writes to the terminal. */
  tell(text: string | undefined): void {
    this.#text = text
    if (this.#isLong || text === undefined) return this.#show()
    this.#timer ??= setTimeout(() => {
      this.#isLong = true
      this.#show()
    }, long).unref()
  }

  /** The answer is there: what is told later must take long anew. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isLong = false
    this.tell(undefined)
  }

  #show(): void {
    const text = this.#text
    if (this.#isShown || text !== undefined) this.#terminal?.write(clear + this.#line(text ?? ''))
    this.#isShown = text !== undefined
  }

  /** The last column would break it. */
  #line(text: string): string {
    return sanitise(text).slice(0, (this.#terminal?.columns || 80) - 1)
  }
}
