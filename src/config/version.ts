import { newestKnown } from '../modes.ts'
import { minorOf } from '../version.ts'

/** The newest minor release whose kube-proxy's code the facts of this folder were read from; 1.19 is the oldest. */
export const newestMinor = minorOf(newestKnown) ?? 0
