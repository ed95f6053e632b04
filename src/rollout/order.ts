/** In which order nodes are changed, and how many at a time. */
import { KpxError } from '../error.ts'
import { object } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'

const isControlPlane = (node: Json): boolean => {
  const labels = object(object(node['metadata'])['labels'])
  return ['control-plane', 'master'].some((role) => Object.hasOwn(labels, `node-role.kubernetes.io/${role}`))
}

/** By name, those of the control plane last: the first one is to show what goes wrong where it does least harm. */
export function inOrder(names: readonly string[], nodes: readonly unknown[]): string[] {
  const last = new Set(
    nodes
      .map(object)
      .filter(isControlPlane)
      .map((node) => object(node['metadata'])['name']),
  )
  return names.toSorted((a, b) => Number(last.has(a)) - Number(last.has(b)) || (a < b ? -1 : 1))
}

/** Nodes at a time, of so many: `3`, or `10%`, which is rounded down, and at least 1. Throws KPX1001. */
export function batchOf(batch: string, count: number): number {
  const [, digits, percent] = /^(\d+)(%?)$/.exec(batch) ?? []
  const size = percent === '%' ? Math.floor((Number(digits) * count) / 100) : Number(digits)
  if (digits !== undefined && Number(digits) > 0 && !(percent === '%' && Number(digits) > 100)) return Math.max(1, size)
  throw new KpxError('KPX1001', `"${batch}" is no number of nodes`, {
    fix: 'write for example --batch 3 or --batch 10%',
  })
}
