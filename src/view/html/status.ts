/** kube-proxy on every node as a page. */
import type { Status } from '../../answer/status/status.ts'
import { countsOf } from '../finding.ts'
import type { Origin } from '../reported.ts'
import { agreementOf, nodesTable, statusFields } from '../status.ts'
import { fieldsOf } from './fields.ts'
import { findingsOf } from './finding.ts'
import { page } from './page.ts'
import type { Answer } from './page.ts'
import { section } from './section.ts'
import { tableOf } from './table.ts'
import { pageOptions } from './tone.ts'

export function statusPage(status: Status, origin: Origin, limit: number): string {
  const { findings, nodes, seen } = status
  const body = [
    findingsOf(findings),
    section('Mode and configuration', fieldsOf(statusFields(status))),
    nodes.length === 0
      ? undefined
      : section(
          'Nodes',
          tableOf('kube-proxy on each node', nodesTable(status, origin.takenAt, { ...pageOptions, limit })),
        ),
  ]
  return page({ subject: 'kube-proxy', answer: answerOf(status), seen, body }, origin)
}

function answerOf(status: Status): Answer {
  const { findings, seen } = status
  const agreement = agreementOf(status)
  if (agreement !== undefined) return { tone: 'good', word: 'In order', text: `${agreement}.` }
  const text = `${countsOf(findings) || 'Nothing speaks against it'}; mode ${status.mode.effective ?? 'unknown'}.`
  if (findings.some(({ level }) => level === 'error')) return { tone: 'bad', word: 'Not in order', text }
  if (seen.nodes.length < seen.of || findings.length === 0) return { tone: 'warn', word: 'Not all could be seen', text }
  return { tone: 'warn', word: 'In order, with things to know', text }
}
