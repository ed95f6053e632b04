/** Tests of what another program makes of kpx's output. */
import { spawnSync } from 'node:child_process'

/** Skips, with the reason, where the program is not installed. */
export function needsProgram(context: Mocha.Context, program: string): void {
  if (!spawnSync(program, ['--version']).error) return
  process.stderr.write(`skipped: there is no ${program} on this machine\n`)
  context.skip()
}
