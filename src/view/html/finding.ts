/** Findings: what was found and where, why that matters and what to do; the lines that say so for those who ask. */
import { isOpen } from '../../answer/finding-list.ts'
import type { FileEvidence, Finding } from '../../answer/finding.ts'
import type { Evidence } from '../../answer/outcome.ts'
import { entryOf } from '../../codes.ts'
import { alike } from '../finding.ts'
import { element } from './element.ts'
import type { Content, Element } from './element.ts'
import { badge, details, list, section } from './section.ts'
import type { Tone } from './tone.ts'

/** Those that nobody has accepted, the gravest first. */
export const findingsOf = (findings: readonly Finding[]): Element | undefined =>
  section(
    'Findings',
    alike(findings.filter(isOpen))
      .toSorted(([a], [b]) => levels.indexOf(a?.level ?? 'info') - levels.indexOf(b?.level ?? 'info'))
      .map(findingOf),
  )

const levels = ['error', 'warning', 'info'] as const
const tones: Readonly<Record<Finding['level'], Tone>> = { error: 'bad', warning: 'warn', info: 'key' }

/** The same on several nodes is told once. */
function findingOf(same: readonly Finding[]): Content {
  const [first] = same
  if (!first) return undefined
  const { affects = [], code, fix, level, message, object, says, title } = first
  const nodes = same.flatMap(({ node }) => node ?? [])
  return element(
    'article',
    { class: `finding ${tones[level]}` },
    element('h3', {}, badge(level.toUpperCase(), tones[level]), ' ', element('code', {}, code), ` ${title}`),
    object === null && nodes.length === 0 ? undefined : element('p', { class: 'where' }, whereText(object, nodes)),
    element('p', {}, message),
    says === undefined ? undefined : element('p', {}, element('strong', {}, 'kube-proxy says: '), says),
    affects.length === 0 ? undefined : element('p', {}, element('strong', {}, 'Affects: '), affects.join(', ')),
    element('p', {}, element('strong', {}, 'Why: '), entryOf(code).why),
    fix === null ? undefined : element('p', { class: 'fix' }, element('strong', {}, 'Fix: '), fix),
    evidenceOf(same.flatMap(({ evidence }) => evidence)),
  )
}

const whereText = (object: string | null, nodes: readonly string[]): string =>
  [object ?? '', nodes.length === 0 ? '' : `on ${nodes.join(', ')}`].filter((part) => part !== '').join(' ')

/** The lines of files that say so; nothing where there are none. */
export function evidenceOf(evidence: readonly (Evidence | FileEvidence)[]): Element | undefined {
  if (evidence.length === 0) return undefined
  const shown = evidence.slice(0, mostLines)
  const more = evidence.length - shown.length
  return details(
    placesText(evidence),
    false,
    list(shown.map(lineOf), { class: 'evidence' }),
    more === 0 ? undefined : element('p', {}, `and ${more} more lines, which -o json has`),
  )
}

const mostLines = 100

/** `node1 iptables-save.txt:43 and 2 more`. */
const placesText = ([first, ...others]: readonly (Evidence | FileEvidence)[]): string =>
  `${first ? placeText(first) : ''}${others.length === 0 ? '' : ` and ${others.length} more`}`

const placeText = (one: Evidence | FileEvidence): string =>
  `${'node' in one ? `${one.node} ` : ''}${one.file}:${one.line}`

const lineOf = (one: Evidence | FileEvidence): Content => [`${placeText(one)} `, element('code', {}, one.text.trim())]

/** Those that are known and accepted, with by whom and why. */
export function suppressedOf(findings: readonly Finding[]): Element | undefined {
  const lines = findings.flatMap(({ code, message, node, object, suppressed }) =>
    suppressed
      ? [
          [
            element('code', {}, code),
            ` ${whereText(object, node === null ? [] : [node])}: ${message}`,
            element('br'),
            `${suppressed.by}: ${suppressed.reason}`,
          ],
        ]
      : [],
  )
  return section('Suppressed', list(lines))
}
