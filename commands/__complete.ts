import { Command } from '@oclif/core'
import { complete } from '../src/complete/complete.ts'
import { nothing, printed } from '../src/complete/completion.ts'
import { namesFrom } from '../src/names.ts'

/** What the scripts of `kpx completion` ask, and kubectl of a plugin: `kpx __complete -- WORDS...`. */
export default class Complete extends Command {
  static override summary = 'prints what may stand at the end of a command line'
  static override hidden = true
  static override strict = false

  async run(): Promise<void> {
    this.parsed = true
    const words = this.argv.slice(1)
    const completion = await complete(words, this.config, namesFrom(process.env)).catch(() => nothing)
    // a server or a login that is still waited for must not keep the shell waiting
    process.stdout.write(printed(completion), () => process.exit(0))
  }
}
