/** Why a rollout goes no further. */
import type { Code } from '../codes.ts'

/** Nobody goes on with it before somebody has looked. */
export class Stopped extends Error {
  readonly code: Code
  /** The next step, where it is more precise than the catalogue's. */
  readonly fix: string | undefined

  constructor(code: Code, message: string, fix?: string) {
    super(message)
    this.code = code
    this.fix = fix
  }
}

/** A node did not show that it works. */
export class NodeFailed extends Error {
  readonly node: string

  constructor(node: string, why: string) {
    super(why)
    this.node = node
  }
}
