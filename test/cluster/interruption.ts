/** Ctrl-C while something is started: whoever starts it stops, and ends what there is. */

export interface Interruption {
  readonly signal: AbortSignal
  /** Rejects when it is interrupted. */
  readonly promise: Promise<never>
  readonly release: () => void
}

export const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function interruption(): Interruption {
  const controller = new AbortController()
  const stop = (signal: NodeJS.Signals) => {
    controller.abort(new Error(`interrupted by ${signal}`))
  }
  for (const signal of signals) process.on(signal, stop)
  const promise = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error))
  })
  const release = () => {
    for (const signal of signals) process.off(signal, stop)
  }
  return { signal: controller.signal, promise, release }
}
