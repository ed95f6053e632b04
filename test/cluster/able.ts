/** Whether this machine can run a cluster. */
import { programPath } from './packages.ts'

/** Why it cannot; undefined where it can. */
export function unable(): string | undefined {
  if (process.platform !== 'linux') return 'a cluster needs Linux'
  if (process.getuid?.() !== 0) return 'a cluster needs root'
  if (programPath('go') === undefined) return 'a cluster needs Go, which builds its programs'
  return undefined
}

/** Skips the suite where there can be no cluster; in CI, where everything must run, fails. */
export function needsCluster(suite: Mocha.Context): void {
  const reason = unable()
  if (reason === undefined) return
  if (process.env['CI'] === 'true') throw new Error(reason)
  process.stderr.write(`skipped: ${reason}\n`)
  suite.skip()
}
