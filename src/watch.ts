/** Looking again and again, as with --watch. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

/** An answer as it is now. */
export interface Look<Answer> {
  readonly answer: Answer
  /** What of it is worth telling when it changes; all, if it is not given. */
  readonly matter?: unknown
  /** Prints it, and sets the exit code. */
  readonly tell: () => Promise<void>
}

/** Milliseconds between two looks. */
const pause = 5000

/** Tells what is seen, and once more whenever that has changed, after `between`; it ends with the process. */
export async function watch(look: () => Promise<Look<unknown>>, between: () => void): Promise<never> {
  let last: unknown
  for (;;) {
    const { answer, matter = answer, tell } = await look()
    if (!isDeepStrictEqual(matter, last)) {
      if (last !== undefined) between()
      await tell()
    }
    last = matter
    await sleep(pause)
  }
}
