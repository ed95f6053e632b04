/** What must still be done when Ctrl-C or another signal ends kpx: nothing that it made on a cluster is left behind. */
const endings = new Set<() => Promise<void>>()
let isEnding = false

/** Registers what is to be done; the function that it returns says that it need not be done any more. */
export function whenInterrupted(ending: () => Promise<void>): () => void {
  endings.add(ending)
  return () => void endings.delete(ending)
}

/** Does all of it, also where a part fails. */
export async function interrupt(): Promise<void> {
  isEnding = true
  await Promise.allSettled([...endings].map((ending) => ending()))
}

/** The answer; never where the process is ending: what was under way must not come to one any more. */
export async function unlessInterrupted<T>(asked: Promise<T>): Promise<T> {
  const answer = await asked
  return isEnding ? new Promise(() => undefined) : answer
}

/** As Ctrl-C does it, where that came as a key and not as a signal. The process stays until the signal has come. */
export function interruptSelf(): Promise<never> {
  process.kill(process.pid, 'SIGINT')
  return new Promise(() => void setInterval(() => undefined, 1000))
}
