/** The process: loads oclif with the built commands or, in development and tests, with their sources. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Plugin, run, settings } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import { calledAs } from './called-as.ts'
import { reportFailure } from './failure.ts'
import { interrupt } from './interruption.ts'

/** What oclif loads. `root` is the folder of package.json, `bin` what the user types before a command. */
export async function loadOptions(root: string, fromSource: boolean, bin = 'kpx'): Promise<Interfaces.LoadOptions> {
  // oclif's own transpiling needs TypeScript's JavaScript interface and otherwise runs a stale dist without a word
  settings.enableAutoTranspile = false
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Interfaces.PJSON
  pjson.oclif.bin = bin
  if (!fromSource) return { root, isRoot: true, pjson, ...withoutPlugins }
  pjson.oclif.commands = { strategy: 'pattern', target: './commands', globPatterns: ['**/*.ts'] }
  // a plugin that oclif makes itself would read the manifest, which names the commands of dist
  const plugin = new Plugin({ root, pjson, isRoot: true, ignoreManifest: true })
  await plugin.load()
  return { root, plugins: new Map([[plugin.name, plugin]]) }
}

/** As shells have it: 128 and the signal's number. */
const signals = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const

/** oclif would load what a file in the user's data folder names, and complain where it cannot read it. */
const withoutPlugins = { devPlugins: false, userPlugins: false }

/** Runs one command line; the answer is in process.exitCode. */
export async function main(argv: string[], root: string, fromSource = false): Promise<void> {
  const called = calledAs(process.argv[1] ?? '', argv)
  // a second one of the same kind ends it at once
  for (const [signal, exit] of signals) process.once(signal, () => void interrupt().then(() => process.exit(exit)))
  // where nobody reads stderr, the exit code still tells
  process.stderr.on('error', () => undefined)
  // streams report a full disk from outside of every command
  process.once('uncaughtException', (error) => {
    const exit = reportFailure(error, argv, called.bin)
    void interrupt().then(() => process.exit(exit))
  })
  await runCommandLine([...called.argv], await loadOptions(root, fromSource, called.bin), called.bin)
}

/** Commands report their own errors; what comes here are command lines that name no command. */
export async function runCommandLine(argv: string[], options: Interfaces.LoadOptions, bin = 'kpx'): Promise<unknown> {
  try {
    return await run(argv, options)
  } catch (error) {
    // oclif's ids have colons where the user types blanks
    if (error instanceof Error && error.message.startsWith('command '))
      error.message = error.message.replaceAll(':', ' ')
    process.exitCode = reportFailure(error, argv, bin)
    return undefined
  }
}
