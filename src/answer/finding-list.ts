/** What checks found, as every command that checks something answers. */
import { entryOf } from '../codes.ts'
import type { Code } from '../codes.ts'
import { documentSeeing } from './document.ts'
import type { Document } from './document.ts'
import type { Finding } from './finding.ts'
import type { Seen } from './scene.ts'

interface Check {
  readonly code: Code
  readonly title: string
}

export interface FindingList extends Document<'FindingList'> {
  readonly ok: boolean
  /** The minor release whose kube-proxy the answer is about: `1.37`. */
  readonly kubernetes?: string
  readonly findings: readonly Finding[]
  readonly passed: readonly Check[]
  readonly skipped: readonly (Check & { readonly why: string })[]
}

/** From which level on the answer is no. */
export type FailOn = 'error' | 'never' | 'warning'

/** Whether nobody has accepted it. */
export const isOpen = ({ suppressed }: Finding): boolean => suppressed === null

/** Marks the findings that are known and accepted. */
export type Suppress = (findings: readonly Finding[]) => readonly Finding[]

/** The same with suppressions, which may make the answer yes. */
export function withSuppressed<List extends FindingList>(list: List, suppress: Suppress, failOn: FailOn): List {
  const findings = suppress(list.findings)
  return { ...list, findings, ok: isOk(findings, failOn) }
}

function isOk(findings: readonly Finding[], failOn: FailOn): boolean {
  const levels = failOn === 'never' ? [] : failOn === 'warning' ? ['error', 'warning'] : ['error']
  return !findings.some((one) => levels.includes(one.level) && isOpen(one))
}

const none: Seen = { nodes: [], of: 0, blind: [] }

/** `checks` are the codes that were looked for, `skipped` those that could not be, and why. */
export function findingList(
  findings: readonly Finding[],
  checks: readonly Code[],
  skipped: ReadonlyMap<Code, string>,
  failOn: FailOn,
  seen: Seen = none,
): FindingList {
  const found = new Set(findings.map(({ code }) => code))
  const checkOf = (code: Code): Check => ({ code, title: entryOf(code).title })
  return {
    ...documentSeeing('FindingList', seen),
    ok: isOk(findings, failOn),
    findings,
    passed: checks.filter((code) => !found.has(code) && !skipped.has(code)).map(checkOf),
    skipped: [...skipped].map(([code, why]) => ({ ...checkOf(code), why })),
  }
}
