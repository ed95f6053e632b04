/** The summary of decoded dumps as tables. */
import type { RulesetSummary } from '../answer/decode.ts'
import { cut } from './cut.ts'
import { paragraph } from './prose.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'

export function decodeView(summary: RulesetSummary, options: ViewOptions): string {
  const number = { align: 'right' } as const
  const files = table(
    [
      { header: 'FILE', shrink: true },
      { header: 'LINES', ...number },
      { header: 'RECOGNISED', ...number },
      { header: 'IGNORED', ...number },
      { header: 'UNKNOWN', ...number },
    ],
    summary.files.map((file) => [
      file.file,
      ...[file.lines, file.recognised, file.ignored, file.unknown].map((count) => String(count)),
    ]),
    options,
  )
  const cuts = summary.files.flatMap(({ cut, file }) =>
    cut ? [paragraph(`${file}:${cut.line} is cut: ${cut.why}`, options)] : [],
  )
  const whole = cuts.length === 0 ? files : `${files}\n${cuts.join('')}`
  if (summary.unknown.length === 0) return whole
  const { more, shown } = cut(summary.unknown, options.limit, 'unknown line')
  const unknown = table(
    [{ header: 'UNKNOWN LINE' }, { header: 'WHY', below: true }, { header: 'TEXT', below: true }],
    shown.map(({ file, line, text, why }) => [`${file}:${line}`, why, text]),
    options,
  )
  return `${whole}\n${unknown}${more}`
}
