import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Args } from '@oclif/core'
import { BaseCommand } from '../src/command.ts'

export default class ShellCompletion extends BaseCommand<typeof ShellCompletion> {
  static override summary = 'prints a script that lets a shell complete commands, flags, fields and names of a cluster'
  static override description =
    'Names come from the capture of --from, else from the cluster: one list, that is waited for a second, and kept for ten; what comes later is there for the next Tab.'
  static override baseFlags = {}
  static override args = {
    shell: Args.string({
      required: true,
      ignoreStdin: true,
      options: ['bash', 'fish', 'zsh'],
      description: 'the shell',
    }),
  }
  static override examples = [
    'source <(<%= config.bin %> completion bash)',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/kpx.fish',
    '<%= config.bin %> completion zsh > "${fpath[1]}/_kpx"',
  ]

  async run(): Promise<void> {
    const { shell } = this.args
    process.stdout.write(await readFile(join(this.config.root, 'bin/completion', `kpx.${shell}`), 'utf8'))
  }
}
