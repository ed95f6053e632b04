/** The base of every command: where its answer comes from, one way to print it, errors to codes and exit codes. */
import { Command } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import { inputName } from './capture/input.ts'
import { readCapture } from './capture/read.ts'
import type { Capture } from './capture/capture.ts'
import type { AccessOptions } from './kube/access/index.ts'
import type { Connection } from './kube/connection.ts'
import type { Scope } from './kube/node-record.ts'
import { KpxError } from './error.ts'
import { failureText, reportFailure } from './failure.ts'
import { milliseconds, outputs, sharedFlags } from './flags.ts'
import { unlessInterrupted, whenInterrupted } from './interruption.ts'
import { Progress } from './progress.ts'
import { terminalWidth, wantsColour } from './terminal.ts'
import { json, yaml } from './view/json.ts'
import type { Origin } from './view/reported.ts'
import { guard, sanitise } from './view/sanitise.ts'
import { style } from './view/style.ts'
import type { ViewOptions } from './view/style.ts'
import { watch } from './watch.ts'
import type { Look } from './watch.ts'

/** What an answer can come from, by the flag that names it. */
const sources = {
  from: 'a capture (--from PATH)',
  kubeconfig: 'a kubeconfig (--kubeconfig FILE)',
  local: 'this machine alone (--local)',
}

type Flagged<T extends typeof Command> = Interfaces.InferredFlags<typeof sharedFlags & T['flags']>
type Argued<T extends typeof Command> = Interfaces.InferredArgs<T['args']>

export abstract class BaseCommand<T extends typeof Command = typeof Command> extends Command {
  static override baseFlags: Interfaces.FlagInput = sharedFlags

  protected flags!: Flagged<T>
  protected args!: Argued<T>
  /** All arguments, for commands that take any number. */
  protected words: readonly string[] = []
  /** What was looked at last. */
  #capture: Capture | undefined
  /** To debug pods, or why not. */
  #consent: string | true | undefined

  readonly #progress = new Progress(process.stderr, process.env)

  override async init(): Promise<void> {
    await super.init()
    const { flags, args, argv } = await this.parse({
      flags: this.ctor.flags,
      baseFlags: this.ctor.baseFlags,
      args: this.ctor.args,
      strict: this.ctor.strict,
    })
    // oclif cannot know the subclass's own flags and arguments here
    this.flags = flags as Flagged<T>
    this.args = args as Argued<T>
    this.words = argv.map(String)
  }

  /** The namespace of names that do not say theirs, as kubectl has it. */
  protected get namespace(): string {
    return this.flags.namespace ?? 'default'
  }

  /** Whether a capture or a cluster is named: what can be explained without one looks for none. */
  protected get namesSource(): boolean {
    const { context, from, kubeconfig, local } = this.flags
    return local || [context, from, kubeconfig].some((flag) => flag !== undefined)
  }

  /** Looks and tells: once, or with --watch again and again. */
  protected async looked<Answer>(look: () => Promise<Look<Answer>>): Promise<Answer> {
    const { watch: isWatching } = this.flags as { readonly watch?: boolean }
    const quietly = async (): Promise<Look<Answer>> => look().finally(() => this.#progress.end())
    if (isWatching === true) return this.#watched(quietly)
    const { answer, tell } = await quietly()
    await tell()
    return answer
  }

  async #watched(look: () => Promise<Look<unknown>>): Promise<never> {
    if (this.flags.output === 'html')
      throw new KpxError('KPX1001', 'a page cannot be watched', { fix: 'leave out --watch, or choose -o table' })
    return watch(
      look,
      () => this.#startAnew(),
      (error) => process.stderr.write(failureText(error)),
    )
  }

  /** Between two answers: a clear screen (ECMA-48 CUP and ED), or an empty line between texts. */
  #startAnew(): void {
    process.exitCode = 0
    const isDocument = ['json', 'yaml'].includes(this.flags.output)
    if (process.stdout.isTTY && process.env['TERM'] !== 'dumb') process.stdout.write('\u001b[H\u001b[2J')
    else if (!isDocument) process.stdout.write('\n')
  }

  /** The capture that --from names, or the cluster as it is now. */
  protected async capture(
    scope: Scope = 'rules',
    nodes: readonly string[] | undefined = this.flags.node,
  ): Promise<Capture> {
    return (this.#capture = await this.#looked(scope, nodes))
  }

  async #looked(scope: Scope, nodes: readonly string[] | undefined): Promise<Capture> {
    const { from, local } = this.flags
    if (from !== undefined) return readCapture(from)
    if (local) return (await import('./kube/local-capture.ts')).localCapture(this.patience, scope)
    const connection = await this.connection()
    const { liveCapture } = await import('./kube/live-capture.ts')
    const { servedPorts } = scope === 'rules' ? {} : await import('./config/served-ports.ts')
    const access = await this.access()
    const progress = (text: string): void => this.#progress.tell(text)
    const release = whenInterrupted(async () => this.#progress.end())
    try {
      return await unlessInterrupted(liveCapture(connection, { scope, nodes, servedPorts, progress, ...access }))
    } finally {
      release()
      this.#progress.tell(undefined)
    }
  }

  /** How to get at nodes, as the flags say. */
  protected async access(): Promise<AccessOptions> {
    const { debugPodConsent, tellStale } = await import('./consent.ts')
    const { 'allow-debug-pods': allowed, 'debug-image': image, via } = this.flags
    const ask = debugPodConsent(allowed)
    // who watches is asked once
    const consent: typeof ask = async (pods) => {
      // it has the terminal to itself
      this.#progress.tell(undefined)
      return (this.#consent ??= await ask(pods))
    }
    const onStale: typeof tellStale = (...stale) => {
      this.#progress.tell(undefined)
      tellStale(...stale)
    }
    return { via, debugPods: { allowed, image, consent, onStale } }
  }

  /** The same of a command that looks at no node. */
  protected async configuration(): Promise<Capture> {
    return (this.#capture = await this.#lookedAtObjects())
  }

  async #lookedAtObjects(): Promise<Capture> {
    const { from } = this.flags
    if (from !== undefined) return readCapture(from)
    const connection = await this.connection()
    const { liveConfiguration } = await import('./kube/live-configuration.ts')
    return unlessInterrupted(liveConfiguration(connection))
  }

  /** What a report says of where it comes from; of files where nothing else was looked at. */
  protected get origin(): Origin {
    const about = { command: this.typed(), version: this.config.version }
    if (!this.#capture)
      return { ...about, source: this.words.map(inputName).join(', '), takenAt: new Date().toISOString() }
    const { from, local } = this.flags
    const kind = from === undefined ? (local ? 'machine' : 'cluster') : 'capture'
    return { ...about, source: `${kind} ${this.#capture.name}`, takenAt: this.#capture.takenAt }
  }

  /** The cluster that the flags name. */
  protected async connection(): Promise<Connection> {
    const { as, context, kubeconfig } = this.flags
    // loaded by those alone who ask a cluster: it takes longer than all of an offline answer
    const { connect } = await import('./kube/connect.ts')
    return connect({ as, context, kubeconfig, fix: this.sourceFix }, this.patience, process.env)
  }

  /** The next step where nothing names a source: the flags that this command has. */
  private get sourceFix(): string {
    const known = { ...this.ctor.baseFlags, ...this.ctor.flags }
    const ways = Object.entries(sources).flatMap(([flag, way]) => (flag in known ? [way] : []))
    return `name ${ways.join(', or ')}`
  }

  /** Milliseconds that a cluster may be silent. */
  private get patience(): number {
    return milliseconds(this.flags['request-timeout'])
  }

  /** Of the rows of a long list; Infinity for all. */
  protected get limit(): number {
    return this.flags.limit || Infinity
  }

  /** Writes the answer as -o asks: the value itself as a document, or what `table` makes of it, or its names, or why it has none, or a page. */
  protected async print(
    value: object,
    table: (options: ViewOptions) => string,
    names: (() => readonly string[]) | string,
    page?: (origin: Origin, limit: number) => Promise<string>,
  ): Promise<void> {
    const isPage = page !== undefined && this.flags.output === 'html'
    process.stdout.write(
      isPage ? guard(await page(this.origin, this.limit), false) : await this.rendered(value, table, names),
    )
  }

  private async rendered(
    value: object,
    table: (options: ViewOptions) => string,
    names: (() => readonly string[]) | string,
  ): Promise<string> {
    const output = this.flags.output
    if (output === 'json') return json(value)
    if (output === 'yaml') return yaml(value)
    if (output === 'name') {
      if (typeof names === 'string') {
        throw new KpxError('KPX1001', `${this.typed()} has no names to print with -o name: ${names}`, {
          fix: 'choose -o table, wide, json or yaml',
        })
      }
      return names()
        .map((name) => sanitise(name) + '\n')
        .join('')
    }
    if (!outputs.some((one) => one === output)) {
      throw new KpxError('KPX1001', `what was asked for cannot be printed with -o ${output}`, {
        fix: 'choose -o table, wide, json or yaml',
      })
    }
    const colour = !this.flags['no-color'] && wantsColour(process.stdout, process.env)
    const options = {
      width: terminalWidth(process.stdout, process.env),
      wide: output === 'wide',
      limit: this.limit,
      style: style(colour),
    }
    return guard(table(options), colour)
  }

  /** The command as the user types it. */
  protected typed(): string {
    return [this.config.bin, ...(this.id ?? '').split(':')].join(' ')
  }

  protected override async catch(error: Error & { exitCode?: number }): Promise<void> {
    // oclif would warn, in development, that a command whose arguments are wrong did not parse them
    this.parsed = true
    process.exitCode = reportFailure(error, this.argv, this.typed())
  }
}
