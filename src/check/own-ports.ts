/** The ports at which kube-proxy serves its metrics and its health, and where a capture has what they answered. */
import { portIn } from '../config/served-ports.ts'
import type { Settings } from '../config/settings.ts'

export interface OwnPort {
  readonly field: 'healthzBindAddress' | 'metricsBindAddress'
  readonly port: number
  /** There where it answered. */
  readonly file: 'healthz.json' | 'metrics.txt'
}

/** Those at which it serves something. */
export const ownPorts = (settings: Settings): OwnPort[] =>
  (
    [
      { field: 'healthzBindAddress', file: 'healthz.json' },
      { field: 'metricsBindAddress', file: 'metrics.txt' },
    ] as const
  ).flatMap((one) => {
    const port = portIn(settings.text(one.field))
    return port === undefined ? [] : [{ ...one, port }]
  })
