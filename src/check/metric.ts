/** A counter of kube-proxy's metrics, with the line that has it. */
import type { Evidence } from '../answer/outcome.ts'
import { decodeMetrics } from '../decode/metrics.ts'
import type { CheckedNode } from './subject.ts'

/** The sum of its samples since kube-proxy was started; undefined where it does not count that. */
export function counted(name: string, node: CheckedNode): { total: number; evidence: Evidence[] } | undefined {
  const file = node.file('metrics.txt')
  const samples = (file && decodeMetrics(file, [name]).get(name)) ?? []
  if (!file || samples.length === 0) return undefined
  const lines = file.text.split('\n')
  return {
    total: samples.reduce((sum, { value }) => sum + value, 0),
    evidence: samples.map(({ line }) => ({ node: node.name, file: file.name, line, text: lines[line - 1] ?? '' })),
  }
}

export const noCounter = 'kube-proxy does not count it, or its metrics were not seen'
