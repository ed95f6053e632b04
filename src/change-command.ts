/** The base of commands that change a cluster: their flags, the question before, progress, and the exit code after. */
import { Flags } from '@oclif/core'
import type { Command, Interfaces } from '@oclif/core'
import type { ModeCheck } from './check/mode-check.ts'
import { writeOutput } from './capture/output.ts'
import { BaseCommand } from './command.ts'
import { clusterFlags, daemonSetFlag, listFlags, milliseconds, nodeFlags, printFlags } from './flags.ts'
import { Draft } from './editor.ts'
import { KpxError } from './error.ts'
import { whenInterrupted } from './interruption.ts'
import { exitOf } from './rollout/change.ts'
import type { Change } from './rollout/change.ts'
import { cleanup } from './rollout/cleanup/cleanup.ts'
import { edit } from './rollout/edit.ts'
import { batchOf } from './rollout/order.ts'
import { restart } from './rollout/restart.ts'
import { setMode } from './rollout/mode.ts'
import { planOf, refuseMoved } from './rollout/mode-plan.ts'
import type { ModePlan } from './rollout/mode-plan.ts'
import { isRefused } from './rollout/subject.ts'
import type { Asked, Found, Subject } from './rollout/subject.ts'
import { finish } from './rollout/unfinished.ts'
import type { FinishOptions } from './rollout/unfinished.ts'
import { change } from './rollout/write.ts'
import type { ChangeOptions, Dialog, Plan } from './rollout/write.ts'
import { terminalWidth, wantsColour } from './terminal.ts'
import { canAsk, confirm, typed } from './view/ask.ts'
import { changeView, planView } from './view/change.ts'
import { cleanupView } from './view/cleanup.ts'
import { json } from './view/json.ts'
import { guard, sanitise } from './view/sanitise.ts'
import { style } from './view/style.ts'
import { wrap } from './view/wrap.ts'

/** Of everything that changes nodes. */
export const writerFlags = {
  ...clusterFlags,
  ...printFlags,
  yes: Flags.boolean({ char: 'y', summary: 'do not ask before the change is made' }),
  timeout: Flags.string({
    summary: 'how long all nodes may take (default: 10m, or --node-timeout for each where that is longer)',
    helpValue: 'DURATION',
  }),
}

/** Of what begins a rollout. */
export const rolloutFlags = {
  ...writerFlags,
  ...daemonSetFlag,
  'dry-run': Flags.option({
    summary: 'show the change and make none; server: have the API server check it as well',
    options: ['client', 'server'] as const,
  })(),
  batch: Flags.string({
    summary: 'nodes at a time, after the first one',
    helpValue: 'N|N%',
    default: '1',
  }),
  'node-timeout': Flags.string({
    summary: 'how long a node may take until it works with the change',
    helpValue: 'DURATION',
    default: '2m',
  }),
  'pause-on-failure': Flags.boolean({ summary: 'leave a node that fails to be looked at, and take nothing back' }),
  bridge: Flags.boolean({
    summary: 'serve Services from a temporary table while the mode of a node changes',
    default: true,
    allowNo: true,
  }),
}

/** Of what removes things from nodes. */
export const cleanupFlags = {
  ...clusterFlags,
  ...nodeFlags,
  ...listFlags,
  yes: writerFlags.yes,
  'dry-run': Flags.option({
    summary: 'show what would be removed, and remove nothing',
    options: ['client'] as const,
  })(),
  'node-timeout': rolloutFlags['node-timeout'],
}

const changeFlags = {
  ...rolloutFlags,
  rollout: Flags.boolean({
    summary: "start kube-proxy's pods anew, so that they take the change",
    default: true,
    allowNo: true,
  }),
  force: Flags.boolean({ summary: 'change it also where an owner of the object would undo it' }),
}

/** What is told of a mode before it is set. */
type Checked = (subject: Subject) => Promise<ModeCheck>

export abstract class ChangeCommand<T extends typeof Command = typeof Command> extends BaseCommand<T> {
  static override baseFlags: Interfaces.FlagInput = changeFlags

  #shown = false

  /** `wanted` is what is to be set, as far as that is known before the cluster is asked. */
  protected asked(wanted: Asked['wanted'] = []): Asked {
    const { daemonset: daemonSet, force = false } = this.own
    return { daemonSet, force, wanted }
  }

  /** Makes the change, as far as the flags and the person want it, and tells what came of it. */
  protected async change(found: Found, after: (subject: Subject) => string): Promise<Change> {
    if (isRefused(found)) return this.#report(found)
    return this.#report(await change(found, after(found), this.#options, this.#dialog))
  }

  /** The mode, as far as the check lets it, and as it was planned where it was. */
  protected async setMode(found: Found, checked: Checked, planned: ModePlan | undefined): Promise<Change> {
    if (isRefused(found)) return this.#report(found)
    const check = await checked(found)
    if (planned) refuseMoved(found, check, planned)
    return this.#report(await setMode(found, check, this.#options, this.#dialog))
  }

  /** The plan of that, into a file. */
  protected async planMode(found: Found, checked: Checked, file: string): Promise<Change> {
    if (isRefused(found)) return this.#report(found)
    const check = await checked(found)
    const change = await setMode(found, check, { ...this.#options, dryRun: 'client' }, this.#dialog)
    if (exitOf(change) === 0) await writeOutput('plan', file, json(planOf(found, check)))
    return this.#report(change)
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

  /** Every pod starts anew. */
  protected async restart(found: Found): Promise<Change> {
    if (isRefused(found)) return this.#report(found)
    return this.#report(await restart(found, this.#options, this.#dialog))
  }

  /** Removes what other modes, and kpx, have left. */
  protected async cleanup(): Promise<Change> {
    const cleaning = {
      connection: await this.connection(),
      look: async (nodes?: readonly string[]) => this.capture('everything', nodes),
      access: await this.access(),
      nodeTimeout: milliseconds(this.own['node-timeout'], 'node-timeout'),
      progress: this.#dialog.progress,
    }
    const options = { command: this.commandLine, dryRun: this.own['dry-run'] ?? null, nodes: this.flags.node }
    return this.#report(await cleanup(cleaning, options, this.#dialog), cleanupView)
  }

  /** Goes on with a rollout that was left, or back. */
  protected async finish(direction: FinishOptions['direction']): Promise<Change> {
    const options = { direction, force: this.own.force === true, timeout: this.#timeout }
    return this.#report(await finish(await this.connection(), options, this.#dialog))
  }

  #tellKept({ path }: Draft): void {
    if (path !== undefined) this.#tell(`what you edited is kept in ${path}`)
  }

  #tell(line: string): void {
    const width = terminalWidth(process.stderr, process.env)
    process.stderr.write(guard(wrap(sanitise(line), width, ''), false))
  }

  get #options(): ChangeOptions {
    const { batch, bridge, 'dry-run': dryRun = null, force = false, rollout } = this.own
    return {
      command: this.commandLine,
      dryRun,
      force,
      rollout,
      batch: batch ?? '1',
      bridge,
      pauseOnFailure: this.own['pause-on-failure'] === true,
      nodeTimeout: milliseconds(this.own['node-timeout'], 'node-timeout'),
      timeout: this.#timeout,
    }
  }

  get #timeout(): number | undefined {
    const { timeout } = this.own
    return timeout === undefined ? undefined : milliseconds(timeout, 'timeout')
  }

  /** Throws KPX1001 where somebody would have to be asked and nobody can be: before anything is done. */
  override async init(): Promise<void> {
    await super.init()
    const { batch, 'dry-run': dryRun, plan, yes } = this.own
    if (batch !== undefined) batchOf(batch, 1)
    if (yes || dryRun !== undefined || plan !== undefined || canAsk(process.stdin, process.stderr)) return
    const look = 'dry-run' in this.ctor.baseFlags ? '; or look at what it would do: --dry-run=client' : ''
    throw new KpxError('KPX1001', 'nobody can be asked whether the change is wanted: this is no terminal', {
      fix: `say so beforehand: --yes${look}`,
    })
  }

  readonly #dialog: Dialog = {
    consent: async (plan) => this.#consent(plan),
    progress: (line) => this.#tell(line),
  }

  async #consent(plan: Plan): Promise<boolean> {
    const colour = !this.own['no-color'] && wantsColour(process.stderr, process.env)
    const width = terminalWidth(process.stderr, process.env)
    const limit = this.own.limit || Infinity
    const shown = planView(plan, { width, wide: false, limit, style: style(colour) })
    process.stderr.write(guard(shown, colour))
    this.#shown = true
    if (this.own.yes) return true
    return plan.word === undefined ? confirm(plan.question) : typed(plan.question, plan.word)
  }

  async #report(change: Change, view = changeView): Promise<Change> {
    await this.print(
      change,
      (options) => view(change, this.#shown, options),
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
      readonly plan?: string
      readonly rollout: boolean
      readonly timeout: string | undefined
      /** Not of every command, as others below. */
      readonly batch?: string
      readonly bridge: boolean
      readonly 'node-timeout': string
      readonly 'pause-on-failure'?: boolean
      readonly force?: boolean
      readonly daemonset: string | undefined
      readonly limit?: number
      readonly 'no-color': boolean
    }
  }

  private get commandLine(): string {
    return [this.config.bin, ...(this.id ?? '').split(':'), ...this.words].join(' ')
  }
}
