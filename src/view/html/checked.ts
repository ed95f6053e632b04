/** What checks found as a page: of preflight, verify, mode check and config validate. */
import { isOpen } from '../../answer/finding-list.ts'
import type { FindingList } from '../../answer/finding-list.ts'
import { comparedAll } from '../../answer/verify/verify.ts'
import type { Verification } from '../../answer/verify/verify.ts'
import { groups } from '../../check/check.ts'
import type { ModeCheck } from '../../check/mode-check.ts'
import type { Preflight, PreflightCheck } from '../../check/preflight.ts'
import { countsOf } from '../finding.ts'
import { modeNodesTable, modeVerdictText } from '../mode-check.ts'
import { checksTable, groupTitles, verdictText } from '../preflight.ts'
import type { About } from '../reported.ts'
import { verifiedCell } from '../verify.ts'
import { element } from './element.ts'
import type { Content, Element } from './element.ts'
import { findingsOf, suppressedOf } from './finding.ts'
import { page } from './page.ts'
import type { Answer } from './page.ts'
import { details, list, section } from './section.ts'
import { tableOf } from './table.ts'
import { pageOptions } from './tone.ts'

const isPreflight = (all: FindingList): all is Preflight => 'checks' in all
const isModeCheck = (all: FindingList): all is ModeCheck => 'verdict' in all && 'nodes' in all
const isVerification = (all: FindingList): all is Verification => 'compared' in all

export function checkedPage(checked: FindingList, about: About): string {
  const { findings, seen } = checked
  const body = [
    findingsOf(findings),
    ...(isPreflight(checked) ? groupsOf(checked.checks) : [passedOf(checked)]),
    isModeCheck(checked) && checked.nodes.length > 0
      ? section(
          'Nodes',
          tableOf(
            `Whether each node is ready for ${checked.mode}`,
            modeNodesTable(checked.nodes, { ...pageOptions, limit: about.limit }),
          ),
        )
      : undefined,
    suppressedOf(findings),
    skippedOf(checked),
  ]
  return page(
    { subject: subjectOf(checked), answer: answerOf(checked), seen: seen.of === 0 ? undefined : seen, body },
    about,
  )
}

function subjectOf(checked: FindingList): string {
  if (isPreflight(checked)) return 'Is kube-proxy ready?'
  if (isModeCheck(checked)) return `May kube-proxy change to ${checked.mode}?`
  return isVerification(checked) ? 'Do the nodes do what the API says?' : "kube-proxy's configuration"
}

const verdicts = { no: 'Not ready', unknown: 'Unknown', yes: 'Ready' } as const
const verdictTones = { no: 'bad', unknown: 'warn', yes: 'good' } as const

function answerOf(checked: FindingList): Answer {
  if (isPreflight(checked)) return ofVerdict(checked.verdict, verdictText(checked))
  if (isModeCheck(checked)) return ofVerdict(checked.verdict, modeVerdictText(checked))
  if (isVerification(checked)) return ofVerification(checked)
  const counts = countsOf(checked.findings)
  const tone = checked.ok ? (counts === '' ? 'good' : 'warn') : 'bad'
  return { tone, word: checked.ok ? 'OK' : 'Not OK', text: `${counts || 'nothing found'}.` }
}

const ofVerdict = (verdict: Preflight['verdict'], text: string): Answer => ({
  tone: verdictTones[verdict],
  word: verdicts[verdict],
  text: `${text}.`,
})

function ofVerification(verification: Verification): Answer {
  const text = `${verifiedCell(verification, pageOptions).text}.`
  const open = verification.findings.filter(isOpen)
  if (!verification.ok || open.some(({ level }) => level === 'error')) return { tone: 'bad', word: 'No', text }
  if (!comparedAll(verification)) return { tone: 'warn', word: 'Not all could be compared', text }
  return open.length > 0 ? { tone: 'warn', word: 'Yes, but', text } : { tone: 'good', word: 'Yes', text }
}

/** What is odd first, in a group as in the page. */
const order: readonly PreflightCheck['result'][] = ['error', 'warning', 'info', 'skip', 'pass']
const results = { error: 'failed', warning: 'to look at', info: 'to know', skip: 'skipped', pass: 'passed' } as const

const groupsOf = (checks: readonly PreflightCheck[]): (Element | undefined)[] => [
  section(
    'What was looked for',
    groups.map((group): Content => {
      const own = checks.filter((one) => one.group === group)
      if (own.length === 0) return undefined
      const sorted = own.toSorted((a, b) => order.indexOf(a.result) - order.indexOf(b.result))
      const isOdd = own.some(({ result }) => result !== 'pass')
      const summary = [element('strong', {}, groupTitles[group]), `: ${tally(own)}`]
      return details(summary, isOdd, tableOf(groupTitles[group], checksTable(sorted, pageOptions)))
    }),
  ),
]

/** `1 to know, 20 passed`. */
const tally = (checks: readonly PreflightCheck[]): string =>
  order
    .map((result) => ({ count: checks.filter((one) => one.result === result).length, word: results[result] }))
    .filter(({ count }) => count > 0)
    .map(({ count, word }) => `${count} ${word}`)
    .join(', ')

const passedOf = ({ passed }: FindingList): Element | undefined =>
  passed.length === 0
    ? undefined
    : section(
        'Looked for and not found',
        details(
          `${passed.length} passed`,
          false,
          list(passed.map(({ code, title }) => [element('code', {}, code), ` ${title}`])),
        ),
      )

const skippedOf = ({ skipped }: FindingList): Element | undefined =>
  section(
    'Could not be looked for',
    list(skipped.map(({ code, title, why }) => [element('code', {}, code), ` ${title}: ${why}`])),
  )
