/** Findings as workflow commands of GitHub Actions, which shows them at the line of the file that they are in. */
import { isOpen } from '../answer/finding-list.ts'
import type { FindingList } from '../answer/finding-list.ts'
import type { Finding } from '../answer/finding.ts'
import { countsOf } from './finding.ts'
import { linesOf, placeOf, whereOf } from './reported.ts'
import type { About } from './reported.ts'
import { sanitise } from './sanitise.ts'

export function github({ findings, ok, passed, skipped }: FindingList, { command }: About): string {
  const open = findings.filter(isOpen)
  const hidden = findings.length - open.length
  const counts = [
    countsOf(open) || 'nothing found',
    `${passed.length} passed`,
    `${skipped.length} skipped`,
    ...(hidden === 0 ? [] : [`${hidden} suppressed`]),
  ]
  // printed as it is, and so no place for data
  return `${open.map(annotation).join('')}${command}: ${ok ? 'ok' : 'not ok'}, ${counts.join(', ')}\n`
}

function annotation(found: Finding): string {
  const { code, level, title } = found
  const place = placeOf(found)
  const where = whereOf(found)
  const properties = {
    ...(place && {
      file: place.file,
      line: String(place.line),
      col: String(place.column),
      endColumn: String(place.endColumn),
    }),
    title: `${code} ${title}${where === '' ? '' : ` (${where})`}`,
  }
  const told = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`)
  return `::${level === 'info' ? 'notice' : level} ${told.join(',')}::${linesOf(found).map(data).join('%0A')}\n`
}

/** The runner reads these as line ends and as the end of what they are in (actions/toolkit, command.ts). */
const data = (text: string): string =>
  sanitise(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
