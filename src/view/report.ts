/** Findings in the formats in which programs, and people who were not there, take them. */
import type { FindingList } from '../answer/finding-list.ts'
import type { ReportFormat } from '../report-formats.ts'
import { github } from './github.ts'
import { json, yaml } from './json.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import type { About } from './reported.ts'
import { guard } from './sanitise.ts'
import { sarif } from './sarif.ts'

export async function report(format: ReportFormat, list: FindingList, about: About): Promise<string> {
  if (format === 'json') return json(list)
  if (format === 'yaml') return yaml(list)
  if (format === 'sarif') return json(sarif(list, about))
  if (format === 'html') return guard(await html(list, about), false)
  const text = { github, junit, markdown }[format](list, about)
  return guard(text, false)
}

/** Loaded by those alone who ask for a page. */
async function html(list: FindingList, about: About): Promise<string> {
  const { checkedPage } = await import('./html/checked.ts')
  return checkedPage(list, about)
}
