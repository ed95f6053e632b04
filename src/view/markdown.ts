/** Findings as Markdown of GitHub and GitLab, for a comment or the summary of a job. */
import { isOpen } from '../answer/finding-list.ts'
import type { FindingList } from '../answer/finding-list.ts'
import type { Finding } from '../answer/finding.ts'
import { countsOf } from './finding.ts'
import { linesOf, whereOf } from './reported.ts'
import type { About } from './reported.ts'
import { sanitise } from './sanitise.ts'

export function markdown({ findings, ok, passed, skipped }: FindingList, { command }: About): string {
  const open = findings.filter(isOpen)
  const hidden = findings.filter((one) => !isOpen(one))
  return [
    `## ${command}: ${ok ? 'ok' : 'not ok'}\n`,
    `\n${countsOf(open) || 'Nothing found'}; ${passed.length} passed, ${skipped.length} skipped, ${hidden.length} suppressed.\n`,
    table(
      ['Level', 'Code', 'Where', 'What and what to do'],
      open.map((one) => [one.level, one.code, escaped(whereOf(one)), linesOf(one).map(escaped).join('<br>')]),
    ),
    section('Suppressed', hidden.map(suppressedItem)),
    section(
      'Could not be looked for',
      skipped.map(({ code, title, why }) => `${code} (${escaped(title)}): ${escaped(why)}`),
    ),
  ].join('')
}

const suppressedItem = (found: Finding): string =>
  `${found.code} ${escaped(whereOf(found))}: ${linesOf(found).map(escaped).join('; ')}`

const section = (title: string, items: readonly string[]): string =>
  items.length === 0 ? '' : `\n### ${title}\n\n${items.map((item) => `- ${item}\n`).join('')}`

function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  return `\n${line(headers)}${line(headers.map(() => '---'))}${rows.map(line).join('')}`
}

/** What Markdown would take for its own, and @ which would call somebody. */
const escaped = (text: string): string =>
  sanitise(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replace(/[\\`*_[\]|~#!$]/g, String.raw`\$&`)
