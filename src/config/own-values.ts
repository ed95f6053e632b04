/**
 * The configuration as kube-proxy's own type has it, which /configz told until 1.35: the file's names but for upper and lower case, with
 * some fields in other places since 1.31. Facts: pkg/proxy/apis/config/types.go and v1alpha1/conversion.go, Kubernetes 1.19 to 1.35.
 */
import { fieldsOf } from './spans.ts'
import type { Value } from './value.ts'
import { writtenValues } from './written-values.ts'

type Json = Readonly<Record<string, unknown>>

/** By the file's paths. */
export function ownValues(told: Json, minor: number): ReadonlyMap<string, Value> {
  const mode = String(at(told, 'mode'))
  const file = {}
  for (const { path } of fieldsOf(minor)) {
    const value = at(told, path) ?? at(told, movedTo(path, mode))
    const isTold = value !== undefined && value !== null && !(path === 'nodePortAddresses' && mayBePrimary(value))
    // the file has CIDRs as one text
    if (isTold) put(file, path, path === 'clusterCIDR' && Array.isArray(value) ? value.join(',') : value)
  }
  return writtenValues(JSON.stringify(file), minor)
}

/** kube-proxy puts the node's addresses in the place of `primary` (cmd/kube-proxy/app/server.go). */
const mayBePrimary = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => /\/(?:32|128)$/.test(String(one)))

const moved: Readonly<Record<string, string>> = {
  clusterCIDR: 'detectLocal.clusterCIDRs',
  oomScoreAdj: 'linux.oomScoreAdj',
  windowsRunAsService: 'windows.runAsService',
}

/** Where a field is since 1.31. What each mode has in the file is there but once, for the mode that runs. */
function movedTo(path: string, mode: string): string {
  const [section = '', name = ''] = path.split('.')
  if (section === 'conntrack') return `linux.${path}`
  const isOwn = section === (mode === 'ipvs' || mode === 'nftables' ? mode : 'iptables')
  if (isOwn && (name === 'syncPeriod' || name === 'minSyncPeriod')) return name
  const marksAll = section === (mode === 'nftables' ? mode : 'iptables')
  return marksAll && name === 'masqueradeAll' ? 'linux.masqueradeAll' : (moved[path] ?? path)
}

/** Upper and lower case do not count. */
const at = (told: unknown, path: string): unknown =>
  path.split('.').reduce((inner: unknown, name) => {
    const own = Object.entries(Object(inner) as Json).find(([key]) => key.toLowerCase() === name.toLowerCase())
    return own?.[1]
  }, told)

function put(into: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop() ?? ''
  let inner = into
  for (const name of names) inner = (inner[name] ??= {}) as Record<string, unknown>
  inner[last] = value
}
