/** What verify found: each cause with its nodes, the rules that show it, and what to do. */
import { isOpen } from '../answer/finding-list.ts'
import type { Finding } from '../answer/finding.ts'
import type { Verification } from '../answer/verify/verify.ts'
import { countsOf, suppressedView } from './finding.ts'
import { paragraph } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import type { PaintedCell } from './table.ts'

export function verifyView(verification: Verification, options: ViewOptions): string {
  const { findings, seen } = verification
  const { paint, text } = verifiedCell(verification, options)
  return [
    ...findings.filter(isOpen).map((one) => `${verifiedView(one, options)}\n`),
    paragraph(text, options, '', paint),
    suppressedView(findings, options),
    seenView(seen, options),
  ].join('')
}

/** What was compared, and what came of it. */
export function verifiedCell({ compared, findings: all }: Verification, { style }: ViewOptions): PaintedCell {
  const findings = all.filter(isOpen)
  const what = `${counted(compared.packets, 'kind')} of packets to ${counted(compared.services, 'Service')} on ${counted(compared.nodes, 'node')} compared`
  const isWrong = findings.some(({ level }) => level === 'error')
  const nothing = compared.packets === 0 ? 'nothing could be compared' : 'all do what the API says'
  const verdict = findings.length === 0 ? nothing : countsOf(findings)
  const isFine = findings.length === 0 && compared.packets > 0
  return { text: `${what}: ${verdict}`, paint: isWrong ? style.bad : isFine ? style.good : style.warn }
}

/** The Services that findings affect, as -o name prints them. */
export const verifyNames = ({ findings }: Verification): string[] =>
  [...new Set(findings.flatMap(({ affects = [] }) => affects))].sort().map((name) => `service/${name}`)

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

function verifiedView(
  { code, evidence, fix, level, message, node, object, title }: Finding,
  options: ViewOptions,
): string {
  const { limit, style, wide } = options
  const paint = level === 'error' ? style.bad : style.warn
  const where = [node === null ? '' : `on ${node}`, object ?? ''].filter((text) => text !== '').join(', ')
  const shown = evidence.slice(0, wide ? limit : mostLines)
  const lines = shown.map(({ file, line, text }) => paragraph(`${file}:${line} ${text}`, options, '    ', style.dim))
  return [
    paragraph(`${level} ${code}${where === '' ? '' : ` ${where}`}: ${title}`, options, '', paint),
    paragraph(message, options, '  '),
    ...lines,
    fix === null ? '' : paragraph(`fix: ${fix}`, options, '  '),
  ].join('')
}

const mostLines = 3
