/** Looking again and again, as with --watch. */
import { setTimeout as sleep } from 'node:timers/promises'
import { KpxError } from './error.ts'

/** An answer as it is now. */
export interface Look<Answer> {
  readonly answer: Answer
  /** What of it is worth telling when it changes; all, if it is not given. */
  readonly matter?: unknown
  /** Prints it, and sets the exit code. */
  readonly tell: () => Promise<void>
}

/** Milliseconds between two looks. */
const usualPause = 5000

/** Of an answer what is another at each look though nothing has changed: counters in the lines that it comes from, and debug pods' names. */
const passing = new Set(['evidence', 'reached'])

/** Of an API server that is away for a while. */
const awayCodes: readonly string[] = ['KPX1013', 'KPX1016', 'KPX1017']

/**
 * Tells what is seen, and once more whenever that has changed, after `between`; it ends with the process. What keeps it from looking later
 * is told to `failed`, if it may pass; else it is thrown.
 */
export async function watch(
  look: () => Promise<Look<unknown>>,
  between: () => void,
  failed: (error: KpxError) => void,
  pause = usualPause,
): Promise<never> {
  let last: string | undefined
  for (;;) {
    try {
      const { answer, matter = answer, tell } = await look()
      const now = JSON.stringify(matter, (key, value: unknown) => (passing.has(key) ? undefined : value))
      if (now !== last) {
        if (last !== undefined) between()
        await tell()
      }
      last = now
    } catch (error) {
      if (last === undefined || !(error instanceof KpxError) || !awayCodes.includes(error.code)) throw error
      failed(error)
    }
    await sleep(pause)
  }
}
