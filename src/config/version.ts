import { newestKnown } from '../modes.ts'
import { minorOf } from '../version.ts'

/** The newest and the oldest minor release whose kube-proxy's code the facts of this folder were read from. */
export const newestMinor = minorOf(newestKnown) ?? 0
export const oldestMinor = 19
