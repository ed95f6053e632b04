/** A terminal of 100 columns in which a test types and reads: tmux, with a server of its own for each command. */
import { run } from './run.ts'
import { until } from './until.ts'

export class Terminal {
  #started = 0

  /** Runs a command line of sh. What it ended with is the last line, `exit 0`. */
  async start(command: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.end()
    this.#started++
    const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
    // Ctrl-C ends the command, not the shell, which stays so that the last lines can be read
    const line = `trap : INT; ${command}; printf '\\nexit %s\\n' "$?"; read line`
    await this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '100', '-y', '60', ...variables, line)
  }

  /** Names of keys, as tmux has them (`Enter`, `C-c`), or text. */
  async type(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys)
  }

  async screen(): Promise<string> {
    return this.#tmux('capture-pane', '-p', '-J')
  }

  /** The screen as soon as it has the text. */
  async shows(text: string): Promise<string> {
    let screen = ''
    await until(`the terminal shows ${text}`, async () => (screen = await this.screen()).includes(text))
    return screen
  }

  /** Its status. */
  async ends(): Promise<number> {
    const screen = await this.shows('\nexit ')
    return Number(/^exit (\d+)$/m.exec(screen)?.[1])
  }

  async end(): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined)
  }

  async #tmux(...words: readonly string[]): Promise<string> {
    return run('tmux', ['-L', `kpx-test-${process.pid}-${this.#started}`, ...words])
  }
}
