/** The formats in which programs take findings, by their names. */
import type { FindingList } from '../answer/finding-list.ts'
import { github } from './github.ts'
import { json, yaml } from './json.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import type { About } from './reported.ts'
import { guard } from './sanitise.ts'
import { sarif } from './sarif.ts'

export const reportFormats = ['github', 'json', 'junit', 'markdown', 'sarif', 'yaml'] as const
export type ReportFormat = (typeof reportFormats)[number]

export async function report(format: ReportFormat, list: FindingList, about: About): Promise<string> {
  if (format === 'json') return json(list)
  if (format === 'yaml') return yaml(list)
  if (format === 'sarif') return json(sarif(list, about))
  const text = { github, junit, markdown }[format](list, about)
  return guard(text, false)
}
