import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { Command } from '@oclif/core'
import { complete } from '../src/complete/complete.ts'
import { nothing, printed } from '../src/complete/completion.ts'
import { namesFrom } from '../src/names.ts'

/** As the first word: nobody waits, but names that take long are kept for the next Tab. */
const later = '--later'

/** Milliseconds that it may take, whose names are kept for ten seconds. */
const patience = 9000

/** What the scripts of `kpx completion` ask, and kubectl of a plugin: `kpx __complete -- WORDS...`. */
export default class Complete extends Command {
  static override summary = 'prints what may stand at the end of a command line'
  static override hidden = true
  static override strict = false

  async run(): Promise<void> {
    this.parsed = true
    const [how, ...words] = this.argv
    const names = how === later ? { patience } : { late: () => this.goOn(words) }
    const completion = await complete(words, this.config, namesFrom(process.env, names)).catch(() => nothing)
    // a server or a login that is still waited for must not keep the shell waiting
    process.stdout.write(printed(completion), () => process.exit(0))
  }

  /** In a process of its own: the shell waits for this one to end. */
  private goOn(words: readonly string[]): void {
    const argv = [join(this.config.root, 'bin/run.js'), '__complete', later, ...words]
    const child = spawn(process.execPath, argv, { detached: true, stdio: 'ignore' })
    // whoever cannot have it waits anew
    child.on('error', () => undefined)
    child.unref()
  }
}
