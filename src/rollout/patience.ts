/** An API server that does not answer for a while is waited for: the nodes work without it. */
import { setTimeout as delay } from 'node:timers/promises'
import { KpxError } from '../error.ts'

/** Milliseconds between two tries. */
const pause = 1_000

/** Whether the same question may be answered later. */
export const isPassing = (error: unknown): boolean =>
  error instanceof KpxError &&
  (error.code === 'KPX1013' || error.code === 'KPX1017' || (error.code === 'KPX1016' && Number(error.cause) >= 500))

/** `ask` must be fit to be asked again. `end` is by performance.now(); then the last error goes on. */
export async function patiently<T>(ask: () => Promise<T>, end: number): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!isPassing(error) || performance.now() > end) throw error
    }
    await delay(pause)
  }
}
