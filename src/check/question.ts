/** What is asked of a preflight: a mode, a release, or neither. */
import { knownMinor } from '../answer/config/validate.ts'
import { findMode } from '../answer/explain-mode.ts'
import { newestMinor } from '../config/version.ts'
import { KpxError } from '../error.ts'
import { modes } from '../modes.ts'
import { minorOf } from '../version.ts'
import type { Question } from './check.ts'

/** Throws KPX1001 for what is no mode, and for a release that nothing is known of. */
export const questionOf = (mode: string | undefined, kubernetes: string | undefined): Question => ({
  mode: mode === undefined ? undefined : findMode(mode).name,
  kubernetes: kubernetes === undefined ? undefined : comingMinor(kubernetes),
  isWhole: true,
})

/** Of releases to come something is known for as long as changes of modes are announced. */
function comingMinor(version: string): number {
  const minor = minorOf(version)
  if (minor === undefined || minor <= newestMinor) return knownMinor(version)
  if (minor <= lastAnnounced) return minor
  throw new KpxError('KPX1001', `kpx does not know the kube-proxy of 1.${minor}`, {
    fix: `choose one from 1.19 to 1.${lastAnnounced}`,
  })
}

const announced = modes.flatMap(({ milestones }) => milestones.map(({ kubernetes }) => minorOf(kubernetes) ?? 0))
const lastAnnounced = Math.max(...announced)
