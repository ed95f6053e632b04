/** kube-proxy's own metrics, as its /metrics prints them (Prometheus' text format), as far as kpx asks for them. */
import type { SourceFile } from './source.ts'

export interface Sample {
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  /** From 1. */
  readonly line: number
}

/** The samples of the metrics of these names, in the order of the file; a line that is not of the format is passed over. */
export function decodeMetrics({ text }: SourceFile, names: readonly string[]): ReadonlyMap<string, readonly Sample[]> {
  const samples = new Map(names.map((name): [string, Sample[]] => [name, []]))
  for (const [i, line] of text.split('\n').entries()) {
    const match = /^([\w:]+)(?:\{(.*)\})? +(\S+)/.exec(line)
    const own = match && samples.get(match[1] ?? '')
    if (!own) continue
    const value = Number(match[3])
    if (!Number.isNaN(value)) own.push({ labels: labelsOf(match[2] ?? ''), value, line: i + 1 })
  }
  return samples
}

const escapes: Readonly<Record<string, string>> = { '\\n': '\n', '\\"': '"', '\\\\': '\\' }

/** `ip_family="IPv4",table="nat"`. */
const labelsOf = (text: string): Map<string, string> =>
  new Map(
    Array.from(text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, name = '', value = '']): [string, string] => [
      name,
      value.replaceAll(/\\[n"\\]/g, (escape) => escapes[escape] ?? escape),
    ]),
  )
