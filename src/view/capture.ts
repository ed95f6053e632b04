/** What was recorded, and how to ask it. */
import type { CaptureSummary } from '../answer/capture.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'

export function captureView({ files, path, seen }: CaptureSummary, options: ViewOptions): string {
  const size = files.reduce((sum, { bytes }) => sum + bytes, 0)
  const rows = files.map((file) => [file.path, String(file.bytes)])
  const list = options.wide
    ? `\n${table([{ header: 'FILE' }, { header: 'BYTES', align: 'right' }], rows, options)}`
    : ''
  const told = `recorded ${files.length} files, ${(size / 2 ** 20).toFixed(1)} MiB, in ${path}\n`
  return `${told}ask it: kpx services --from ${path}\n${list}${seenView(seen, options)}`
}
