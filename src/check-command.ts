/** The base of commands that check something: suppressions, and the answer in the formats that programs take. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import type { Command } from '@oclif/core'
import type { FailOn, FindingList, Suppress } from './answer/finding-list.ts'
import { suppressed, suppressionFlag } from './answer/suppression.ts'
import type { Suppression } from './answer/suppression.ts'
import type { ConfigFile } from './answer/config/validate.ts'
import { inputName, readInput, readInputIfThere } from './capture/input.ts'
import { writeOutput } from './capture/output.ts'
import { BaseCommand } from './command.ts'
import { milliseconds, outputs } from './flags.ts'
import { KpxError } from './error.ts'
import { nearest } from './nearest.ts'
import { reportFormats } from './report-formats.ts'
import type { ReportFormat } from './report-formats.ts'
import { report } from './view/report.ts'
import type { ViewOptions } from './view/style.ts'

/** Of checks; after the flags that have another `output`. */
export const checkFlags = {
  output: Flags.string({
    char: 'o',
    summary: 'output format',
    options: [...new Set([...outputs, ...reportFormats])],
    default: 'table',
  }),
  'fail-on': Flags.option({
    summary: 'the level of findings from which the answer is no',
    options: ['error', 'warning', 'never'] as const,
    default: 'error',
  })(),
  report: Flags.string({
    summary: `write a report to a file as well (${reportFormats.join(', ')}); may be repeated`,
    helpValue: 'FORMAT=FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  suppress: Flags.string({
    summary: 'accept findings of this code, of all objects or of one; may be repeated',
    helpValue: 'CODE[=OBJECT]',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'config-file': Flags.string({
    summary: `suppressions with their reasons (default: .kpx.yaml, where it is there)`,
    helpValue: 'FILE',
  }),
}

const usualFile = '.kpx.yaml'

interface Report {
  readonly format: ReportFormat
  readonly file: string
}

export abstract class CheckCommand<T extends typeof Command = typeof Command> extends BaseCommand<T> {
  #reports: readonly Report[] = []
  #suppressions: readonly Suppression[] = []

  /** What is wrong with the flags is said before a cluster is asked. */
  override async init(): Promise<void> {
    await super.init()
    const { report: reports, suppress } = this.own
    this.#reports = (reports ?? []).map(reportOf)
    this.#suppressions = [...(suppress ?? []).map(suppressionFlag), ...(await this.#file())]
  }

  get failOn(): FailOn {
    return this.own['fail-on']
  }

  /** Marks those that are suppressed. */
  readonly suppress: Suppress = (findings) =>
    suppressed(findings, this.#suppressions, new Date().toISOString().slice(0, 10))

  /** Waits for the next look, until what differs has had its time; a recording never changes. */
  protected pauses(settle: string): () => Promise<boolean> {
    const end = performance.now() + (this.flags.from === undefined ? milliseconds(settle, 'settle') : 0)
    return async () => performance.now() < end && sleep(1000, true)
  }

  /** Writes the reports, and the answer as -o asks. */
  protected async answer(
    list: FindingList,
    table: (options: ViewOptions) => string,
    names: () => readonly string[],
  ): Promise<void> {
    const about = { ...this.origin, failOn: this.failOn, limit: this.limit }
    for (const { file, format } of this.#reports) {
      await writeOutput('report', file, await report(format, list, about))
    }
    const format = reportFormats.find((one) => one === this.flags.output)
    if (format) process.stdout.write(await report(format, list, about))
    else await this.print(list, table, names)
  }

  /** The files that the command names; undefined where it names none. Throws KPX1001 where it names a cluster as well. */
  protected async namedFiles(): Promise<readonly ConfigFile[] | undefined> {
    if (this.words.length === 0) return undefined
    const read = async (path: string): Promise<ConfigFile> => ({ name: inputName(path), bytes: await readInput(path) })
    if (!this.namesSource) return Promise.all(this.words.map(read))
    throw new KpxError('KPX1001', 'files or a cluster can be checked, not both', { fix: 'leave out one of them' })
  }

  async #file(): Promise<Suppression[]> {
    const named = this.own['config-file']
    const bytes = named === undefined ? await readInputIfThere(usualFile) : await readInput(named)
    if (!bytes) return []
    // its reader is loaded by those alone who have one
    const { suppressionsIn } = await import('./answer/suppression-file.ts')
    return suppressionsIn(named ?? usualFile, bytes.toString('utf8'))
  }

  /** oclif cannot know the subclass's base flags here. */
  private get own(): Readonly<Record<'report' | 'suppress', readonly string[] | undefined>> &
    Readonly<Record<'config-file', string | undefined>> &
    Readonly<Record<'fail-on', FailOn>> {
    return this.flags as never
  }
}

/** Throws KPX1001. */
function reportOf(text: string): Report {
  const [name = '', ...rest] = text.split('=')
  const format = reportFormats.find((one) => one === name)
  const file = rest.join('=')
  if (format && file !== '') return { format, file }
  const near = nearest(
    name,
    reportFormats.map((one) => ({ name: one })),
  )
  const message = format ? `--report ${text} names no file` : `kpx knows no format "${name}" of reports`
  const fix = `write for example --report ${format ?? near?.name ?? 'junit'}=FILE; the formats are ${reportFormats.join(', ')}`
  throw new KpxError('KPX1001', message, { fix })
}
