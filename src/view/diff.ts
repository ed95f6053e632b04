/** A unified diff, in colour where there is any. */
import { sanitise } from './sanitise.ts'
import type { ViewOptions } from './style.ts'

const more = (count: number): string => `... and ${count} more lines; all of them: --limit 0, or -o json`

/** Line by line, each whole: whoever copies it can apply it, unless it has more lines than are to be shown. */
export function diffView(diff: string, { limit, style }: ViewOptions): string {
  if (diff === '') return ''
  const all = diff.replace(/\n$/, '').split('\n')
  const lines = all.length > limit ? [...all.slice(0, limit), more(all.length - limit)] : all
  return lines
    .map((line) => {
      if (/^(---|\+\+\+) /.test(line)) return `${style.bold(line)}\n`
      if (line.startsWith('@@')) return `${style.dim(line)}\n`
      return `${line.startsWith('+') ? style.good(line) : line.startsWith('-') ? style.bad(line) : sanitise(line)}\n`
    })
    .join('')
}
