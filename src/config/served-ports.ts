/** Where a kube-proxy serves what it says of itself. */
import { splitHostPort } from './address.ts'
import { commandLineOf } from './command-line.ts'
import { effectiveSettings } from './effective.ts'
import type { StartedWith } from './effective.ts'

/** A port is undefined where nothing is served. */
interface ServedPorts {
  /** /proxyMode, /metrics and /configz. */
  readonly metrics: number | undefined
  readonly healthz: number | undefined
}

/** `textOf` gives the file that --config names; what it does not, or kube-proxy would not start with, tells no ports: undefined. */
export function servedPorts(
  { command, version }: Pick<StartedWith, 'command' | 'version'>,
  textOf: (path: string) => string | undefined,
): ServedPorts | undefined {
  const path = commandLineOf(command)?.config
  const config = path === undefined ? undefined : textOf(path)
  const settings = effectiveSettings({ command, config, version })
  return (
    settings && {
      metrics: portIn(settings.text('metricsBindAddress')),
      healthz: portIn(settings.text('healthzBindAddress')),
    }
  )
}

/** Of `127.0.0.1:10249`; undefined for an address without one, or with port 0, which is any. */
export const portIn = (address: string): number | undefined => Number(splitHostPort(address)?.port) || undefined
