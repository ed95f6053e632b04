/** `PATH=VALUE` as it is typed. */
import { KpxError } from '../error.ts'

interface Assignment {
  readonly path: string
  readonly value: string
}

/** At the first `=`: values may have more of them. Throws KPX1001 where there is none. */
export function assignmentOf(word: string): Assignment {
  const at = word.indexOf('=')
  if (at > 0) return { path: word.slice(0, at), value: word.slice(at + 1) }
  throw new KpxError('KPX1001', `"${word}" is no PATH=VALUE`, { fix: 'write for example iptables.minSyncPeriod=5s' })
}
