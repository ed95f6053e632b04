/** The base of commands that change a cluster: their flags, the question before, progress, and the exit code after. */
import { Flags } from '@oclif/core'
import type { Command } from '@oclif/core'
import { BaseCommand, clusterFlags, daemonSetFlag, milliseconds, printFlags } from './command.ts'
import { Draft } from './editor.ts'
import { KpxError } from './error.ts'
import { whenInterrupted } from './interruption.ts'
import { exitOf } from './rollout/change.ts'
import type { Change } from './rollout/change.ts'
import { edit } from './rollout/edit.ts'
import { isRefused } from './rollout/subject.ts'
import type { Asked, Found, Subject } from './rollout/subject.ts'
import { change } from './rollout/write.ts'
import type { ChangeOptions, Dialog, Plan } from './rollout/write.ts'
import { terminalWidth, wantsColour } from './terminal.ts'
import { canAsk, confirm } from './view/ask.ts'
import { changeView, planView } from './view/change.ts'
import { guard, sanitise } from './view/sanitise.ts'
import { style } from './view/style.ts'
import { wrap } from './view/wrap.ts'

const changeFlags = {
  ...clusterFlags,
  ...printFlags,
  ...daemonSetFlag,
  yes: Flags.boolean({ char: 'y', summary: 'do not ask before the change is made' }),
  'dry-run': Flags.option({
    summary: 'show the change and make none; server: have the API server check it as well',
    options: ['client', 'server'] as const,
  })(),
  rollout: Flags.boolean({
    summary: "start kube-proxy's pods anew, so that they take the change",
    default: true,
    allowNo: true,
  }),
  timeout: Flags.string({ summary: 'how long the pods are waited for', helpValue: 'DURATION', default: '10m' }),
  force: Flags.boolean({ summary: 'change it also where an owner of the object would undo it' }),
}

export abstract class ChangeCommand<T extends typeof Command = typeof Command> extends BaseCommand<T> {
  static override baseFlags = changeFlags

  #shown = false

  /** `wanted` is what is to be set, as far as that is known before the cluster is asked. */
  protected asked(wanted: Asked['wanted'] = []): Asked {
    const { daemonset: daemonSet, force } = this.own
    return { daemonSet, force, wanted }
  }

  /** Makes the change, as far as the flags and the person want it, and tells what came of it. */
  protected async change(found: Found, after: (subject: Subject) => string): Promise<Change> {
    if (isRefused(found)) return this.#report(found)
    return this.#report(await change(found, after(found), this.#options, this.#dialog))
  }

  /** The same with what the person makes of the text in the editor. A draft that was not written is kept. */
  protected async edit(found: Found, fileName: string): Promise<Change> {
    if (isRefused(found)) return this.#report(found)
    const draft = new Draft(fileName)
    const editor = (text: string): Promise<string> => draft.edit(text, process.env)
    const release = whenInterrupted(() => Promise.resolve(this.#tellKept(draft)))
    try {
      const result = await edit(found, editor, this.#options, this.#dialog)
      if (result.changed || result.diff === '') draft.delete()
      else this.#tellKept(draft)
      return await this.#report(result)
    } catch (error) {
      this.#tellKept(draft)
      throw error
    } finally {
      release()
    }
  }

  #tellKept({ path }: Draft): void {
    if (path !== undefined) this.#tell(`what you edited is kept in ${path}`)
  }

  #tell(line: string): void {
    const width = terminalWidth(process.stderr, process.env)
    process.stderr.write(guard(wrap(sanitise(line), width, ''), false))
  }

  get #options(): ChangeOptions {
    const { 'dry-run': dryRun = null, force, rollout, timeout } = this.own
    return { command: this.commandLine, dryRun, force, rollout, timeout: milliseconds(timeout, 'timeout') }
  }

  /** Throws KPX1001 where somebody would have to be asked and nobody can be: before anything is done. */
  override async init(): Promise<void> {
    await super.init()
    const { 'dry-run': dryRun, yes } = this.own
    if (yes || dryRun !== undefined || canAsk(process.stdin, process.stderr)) return
    throw new KpxError('KPX1001', 'nobody can be asked whether the change is wanted: this is no terminal', {
      fix: 'say so beforehand: --yes; or look at what it would do: --dry-run=server',
    })
  }

  readonly #dialog: Dialog = {
    consent: async (plan) => this.#consent(plan),
    progress: (line) => this.#tell(line),
  }

  async #consent(plan: Plan): Promise<boolean> {
    const colour = !this.own['no-color'] && wantsColour(process.stderr, process.env)
    const width = terminalWidth(process.stderr, process.env)
    const shown = planView(plan, { width, wide: false, limit: Infinity, style: style(colour) })
    process.stderr.write(guard(shown, colour))
    this.#shown = true
    return this.own.yes ? true : confirm(`Change ${plan.object}?`)
  }

  async #report(change: Change): Promise<Change> {
    await this.print(
      change,
      (options) => changeView(change, this.#shown, options),
      () => [change.object],
    )
    process.exitCode = exitOf(change)
    return change
  }

  /** oclif cannot know the flags of a base beside those of its own. */
  private get own() {
    return this.flags as unknown as {
      readonly yes: boolean
      readonly 'dry-run': 'client' | 'server' | undefined
      readonly rollout: boolean
      readonly timeout: string
      readonly force: boolean
      readonly daemonset: string | undefined
      readonly 'no-color': boolean
    }
  }

  private get commandLine(): string {
    return [this.config.bin, ...(this.id ?? '').split(':'), ...this.words].join(' ')
  }
}
