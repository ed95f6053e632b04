/**
 * Findings as the XML that JUnit made usual: a test case for each, and one for each check that passed or could not look.
 * Source: the XML schema of Apache Ant's junit task, and what CI systems read of it.
 */
import type { FindingList } from '../answer/finding-list.ts'
import type { Finding } from '../answer/finding.ts'
import { entryOf } from '../codes.ts'
import { escaped } from './markup.ts'
import { fails, linesOf, placeOf, whereOf } from './reported.ts'
import type { About } from './reported.ts'

export function junit({ findings, passed, skipped }: FindingList, about: About): string {
  const found = new Set(findings.map(({ code }) => code))
  const unseen = skipped.filter(({ code }) => !found.has(code))
  const cases = [
    ...findings.map((one) => findingCase(one, about)),
    ...unseen.map(({ code, title, why }) => testCase(code, title, element('skipped', { message: why }))),
    ...passed.map(({ code, title }) => testCase(code, title, '')),
  ]
  const failures = findings.filter((one) => fails(one, about)).length
  const counts = {
    tests: String(cases.length),
    failures: String(failures),
    errors: '0',
    skipped: String(unseen.length + findings.filter(({ suppressed }) => suppressed !== null).length),
    time: '0',
  }
  const suite = element('testsuite', { name: about.command, ...counts }, `\n${cases.join('')}`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: about.command, ...counts }, `\n${suite}\n`)}\n`
}

function findingCase(found: Finding, about: About): string {
  const { code, level, message, suppressed, title } = found
  const where = whereOf(found)
  const text = lines(linesOf(found))
  const body =
    suppressed !== null
      ? element('skipped', { message: `suppressed by ${suppressed.by}: ${suppressed.reason}` })
      : fails(found, about)
        ? element('failure', { message, type: level }, text)
        : element('system-out', {}, text)
  const place = placeOf(found)
  return testCase(
    code,
    where === '' ? title : `${title}: ${where}`,
    body,
    place && { file: place.file, line: String(place.line) },
  )
}

const testCase = (code: Finding['code'], name: string, body: string, place: Attributes = {}): string =>
  `${element('testcase', { classname: `${code}.${entryOf(code).level}`, name: `${code} ${name}`, time: '0', ...place }, body)}\n`

type Attributes = Readonly<Record<string, string>>

function element(name: string, attributes: Attributes, body = ''): string {
  const start = [name, ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`)].join(' ')
  return body === '' ? `<${start}/>` : `<${start}>${body}</${name}>`
}

const lines = (all: readonly string[]): string => all.map(escaped).join('\n')
