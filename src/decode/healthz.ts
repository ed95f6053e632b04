/** What kube-proxy answers at /healthz: JSON since 1.33; before that text of the same look, whose times are Go's. */
import type { SourceFile } from './source.ts'

export interface Healthz {
  /** Undefined where it does not say (until 1.32): the HTTP status did. */
  readonly healthy: boolean | undefined
  /** False for a node that is being deleted: load balancers are told to leave it. */
  readonly nodeEligible: boolean | undefined
  /** `IPv4` -> whether its rules are in step; empty before 1.33. */
  readonly families: ReadonlyMap<string, boolean>
}

/** Undefined for what no kube-proxy answers. */
export function decodeHealthz({ text }: SourceFile): Healthz | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('lastUpdated' in value)) return undefined
  const { healthy, nodeEligible, status } = value as Record<string, unknown>
  return {
    healthy: booleanOf(healthy),
    nodeEligible: booleanOf(nodeEligible),
    families: new Map(
      Object.entries(Object(status) as Record<string, unknown>).map(([family, own]) => [
        family,
        (Object(own) as Record<string, unknown>)['healthy'] !== false,
      ]),
    ),
  }
}

const booleanOf = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined)
