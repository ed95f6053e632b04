/** The error that kpx throws where it cannot answer: it carries its code, the next step and the exit code. */
import { entryOf } from './codes.ts'
import type { Code } from './codes.ts'

/** 1 the answer is no, 2 usage or unreadable input, 3 could not see enough. */
type ErrorExit = 1 | 2 | 3

export interface KpxErrorOptions {
  /** The next step, where it is more precise than the catalogue's. */
  readonly fix?: string
  readonly exit?: ErrorExit
  readonly cause?: unknown
}

export class KpxError extends Error {
  readonly code: Code
  readonly fix: string
  readonly exit: ErrorExit

  constructor(code: Code, message: string, options: KpxErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    const entry = entryOf(code)
    this.name = 'KpxError'
    this.code = code
    this.fix = options.fix ?? entry.fix
    this.exit = options.exit ?? entry.exit ?? 2
  }
}
