/** Waiting for something that nothing tells of. */
import { setTimeout as sleep } from 'node:timers/promises'

const patience = 180_000

/** Asks again and again, and gives up after three minutes, or when the signal says so. */
export async function until(what: string, check: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  const end = performance.now() + patience
  while (!(await check())) {
    signal?.throwIfAborted()
    if (performance.now() > end) throw new Error(`not within ${patience / 1000} s: ${what}`)
    await sleep(50)
  }
}
