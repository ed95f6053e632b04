/** What kpx verify finds of a fault speaks against a cluster, and preflight says so by the same code. */
import { expect } from 'chai'
import { exitOf } from '../../src/check/preflight.ts'
import type { Preflight } from '../../src/check/preflight.ts'
import { faults } from '../answer/verify/faults.ts'
import { found, verified } from '../answer/verify/verified.ts'
import { answer } from './preflighted.ts'

const no = { exit: 1, ok: false, verdict: 'no' }

/** Of nodes on which nothing is wrong; not every recording has all that is looked at, and none what is asked of the host or by a dry run. */
const notNo = ({ skipped }: Preflight): object =>
  skipped.every(({ code }) => ['KPX4143', 'KPX4145'].includes(code))
    ? { exit: 0, ok: true, verdict: 'yes' }
    : { exit: 3, ok: true, verdict: 'unknown' }

const judgement = (check: Preflight): object => ({ exit: exitOf(check), ok: check.ok, verdict: check.verdict })

describe('preflight of a node with a fault of its rules', () => {
  for (const recording of new Set(faults.map((fault) => fault.recording))) {
    it(`has nothing against it before: ${recording}`, async () => {
      const before = await answer({ recording })
      expect(before.findings.filter(({ level }) => level === 'error')).to.deep.equal([])
      expect(judgement(before)).to.deep.equal(notNo(before))
    })
  }

  for (const { edits, found: expected, recording, what } of faults) {
    it(`tells it as verify does: ${what} in ${recording}`, async () => {
      const { findings, ok } = await verified(recording, edits)
      const after = await answer({ recording, edits })
      expect(found(after)).to.include.members([...expected])
      const codes = new Set(findings.map(({ code }) => code))
      const levels = (all: typeof findings): string[] =>
        all.flatMap(({ code, level }) => (codes.has(code) ? [level] : []))
      expect(levels(after.findings)).to.deep.equal(levels(findings))
      expect(judgement(after)).to.deep.equal(ok ? notNo(after) : no)
    })
  }
})
