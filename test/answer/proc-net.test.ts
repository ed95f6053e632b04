/** The recordings, as they would be of nodes that have no ip(8): every answer is as it was, or less certain. */
import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import type { Outcome } from '../../src/answer/outcome.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Scene } from '../../src/answer/scene.ts'
import { readCapture } from '../../src/capture/read.ts'
import { brokenCapture } from '../broken-capture.ts'
import { captures } from '../kpx.ts'
import { asProcNet } from '../proc-net-files.ts'
import { outcomesOf, questionsOf } from './truth.ts'

/** What it says of an outcome that may not be left open. */
const kindOf = ({ endpoint, masquerade, sourceKept, verdict }: Outcome): string =>
  [verdict, endpoint?.ip, endpoint?.port, endpoint?.pod, masquerade, sourceKept].join(' ')

const isWithin = (outcome: Outcome, whole: Outcome): boolean =>
  kindOf(outcome) === kindOf(whole) &&
  (outcome.sourceSeen === null || outcome.sourceSeen === whole.sourceSeen) &&
  (outcome.reply === 'unknown' || outcome.reply === whole.reply)

/** Where the outcomes without ip(8) say anything else. */
function contradictions(outcomes: readonly Outcome[], whole: readonly Outcome[]): string[] {
  return outcomes.flatMap((outcome) => {
    if (outcome.verdict === 'unknown') return []
    const same = whole.filter((one) => isWithin(outcome, one)).reduce((sum, { share }) => sum + share, 0)
    return outcome.share > same + 1e-6
      ? [`${outcome.share} ${kindOf(outcome)} ${outcome.sourceSeen} ${outcome.reply}: ${outcome.why}`]
      : []
  })
}

const openPoints = (outcomes: readonly Outcome[]): number =>
  outcomes.filter(
    ({ reply, sourceSeen, verdict }) => verdict === 'unknown' || sourceSeen === null || reply === 'unknown',
  ).length

describe('answers from /proc/net alone', () => {
  for (const name of readdirSync(captures).filter((file) => file.startsWith('k'))) {
    it(`agree with those from ip(8) in ${name}`, async () => {
      const capture = await readCapture(`${captures}/${name}`)
      const whole: Scene = sceneOf(capture)
      const scene: Scene = sceneOf(await brokenCapture(name, asProcNet(capture)))
      const questions = questionsOf(`${captures}/${name}`, whole)
      let less = 0
      for (const { flow, source } of questions) {
        const [before, now] = [outcomesOf(source, flow, whole), outcomesOf(source, flow, scene)]
        expect(contradictions(now, before), `${source} -> ${flow}`).to.deep.equal([])
        if (openPoints(now) > openPoints(before)) less++
      }
      expect(questions.length).to.be.greaterThan(100)
      expect(less / questions.length, 'answers that are less certain').to.be.below(0.05)
    })
  }
})
