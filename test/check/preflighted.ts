/** Recordings, broken in memory, as kpx preflight judges them. */
import { nodeNames, sceneOf } from '../../src/answer/scene.ts'
import { observed } from '../../src/check/observed.ts'
import { preflight } from '../../src/check/preflight.ts'
import type { Preflight } from '../../src/check/preflight.ts'
import { questionOf } from '../../src/check/question.ts'
import { brokenCapture } from '../broken-capture.ts'
import type { PreflightCase } from './preflight-cases.ts'

export const judging = { failOn: 'error', suppress: (all: Preflight['findings']) => all } as const

/** What preflight answers of a recording, or of one that is broken in memory. */
export async function answer({
  edits = {},
  kubernetes,
  mode,
  recording = 'k1.37-iptables',
}: Partial<PreflightCase>): Promise<Preflight> {
  const capture = await brokenCapture(recording, edits)
  const looked = await observed(
    () => Promise.resolve(sceneOf(capture)),
    nodeNames,
    () => Promise.resolve(false),
  )
  return preflight(looked, questionOf(mode, kubernetes), judging)
}
