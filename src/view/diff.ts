/** A unified diff, in colour where there is any. */
import { sanitise } from './sanitise.ts'
import type { ViewOptions } from './style.ts'

/** Line by line, each whole: whoever copies it can apply it. */
export function diffView(diff: string, { style }: ViewOptions): string {
  if (diff === '') return ''
  const lines = diff.replace(/\n$/, '').split('\n')
  return lines
    .map((line) => {
      if (/^(---|\+\+\+) /.test(line)) return `${style.bold(line)}\n`
      if (line.startsWith('@@')) return `${style.dim(line)}\n`
      return `${line.startsWith('+') ? style.good(line) : line.startsWith('-') ? style.bad(line) : sanitise(line)}\n`
    })
    .join('')
}
