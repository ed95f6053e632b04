/** What is read of one node, whichever way leads there. */
import type { Blind } from '../capture/capture.ts'
import { KpxError } from '../error.ts'
import type { Way } from './access/way.ts'
import { isMissingProgram } from './exec.ts'
import type { ExecResult } from './exec.ts'
import { brportFile, nodeFiles } from './node-files.ts'
import type { NodeFile } from './node-files.ts'
import { Pool } from './pool.ts'

/** Commands on a node at a time. */
const mostCommands = 6

export interface NodeRecord {
  readonly files: ReadonlyMap<string, Buffer>
  readonly blind: readonly Blind[]
  /** Why nothing more could be asked. */
  readonly lost: KpxError | undefined
}

/** `rules` and what else decides about packets; or `everything`, which also has what kube-proxy says of itself. */
export type Scope = 'everything' | 'rules'

export async function recordOf(way: Way, scope: Scope): Promise<NodeRecord> {
  const files = new Map<string, Buffer>()
  const blind: Blind[] = []
  const pool = new Pool(mostCommands)
  let lost: KpxError | undefined
  const keep = (file: string, read: () => Promise<Buffer | string | undefined>): Promise<void> =>
    pool.run(async () => {
      // a node that hangs costs one time-out, not one for each command
      if (lost !== undefined) return
      try {
        const bytes = await read()
        if (Buffer.isBuffer(bytes)) files.set(file, bytes)
        else if (bytes !== undefined) blind.push({ file, why: bytes })
      } catch (error) {
        if (!(error instanceof KpxError)) throw error
        lost ??= error
      }
    })
  await Promise.all([
    ...nodeFiles.map((one) => keep(one.file, () => readFile(one, way))),
    ...served
      .filter((one) => scope === 'everything' || one.file === 'proxyMode.txt')
      .map((one) => keep(one.file, () => readServed(one, way))),
  ])
  const devices = deviceNames(files.get('proc-net-dev.txt'))
  if (devices.length > 0 && !files.has('ip-addr.json')) {
    const ports = brportFile(devices)
    await keep(ports.file, () => readFile(ports, way))
  }
  return { files, blind: folded(blind), lost }
}

/** `eth0` of the line `  eth0: 0 0 ...`. */
const deviceNames = (dev: Buffer | undefined): string[] =>
  Array.from(dev?.toString('utf8').matchAll(/^ *([^\s:|]+):/gm) ?? [], ([, name = '']) => name)

/** What cannot be seen for one reason is told once. */
function folded(spots: readonly Blind[]): Blind[] {
  const files = new Map<string, string[]>()
  for (const { file, why } of spots) files.set(why, [...(files.get(why) ?? []), file].sort())
  return [...files].map(([why, own]) => ({ file: own.join(', '), why })).sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** The bytes; or why they cannot be had, where they are missed. Throws where the node cannot be asked at all. */
async function readFile({ commands, file, missed }: NodeFile, way: Way): Promise<Buffer | string | undefined> {
  let failed: string | undefined
  for (const { exitCodes = [], text, words } of commands) {
    const result = await way.run(words)
    if (hasPrinted(result, exitCodes)) return text ? text(result.stdout) : result.stdout
    if (!isMissing(result)) failed ??= `${words.join(' ')}: ${firstLine(result)}`
  }
  if (missed === undefined || failed !== undefined) return missed && failed
  return missed === 'always' ? `${way.through} has no ${commands.at(-1)?.words[0] ?? file}` : undefined
}

interface Served {
  readonly file: string
  readonly port: number
  readonly path: string
}

/** Where kube-proxy serves what it says of itself, unless told otherwise (metricsBindAddress, healthzBindAddress). */
const served: readonly Served[] = [
  { file: 'proxyMode.txt', port: 10249, path: '/proxyMode' },
  { file: 'metrics.txt', port: 10249, path: '/metrics' },
  { file: 'healthz.json', port: 10256, path: '/healthz' },
]

const readServed = ({ path, port }: Served, way: Way): Promise<Buffer | string | undefined> =>
  way.get(port, path).catch((error: unknown) => {
    // this is worth less than the rules
    if (error instanceof KpxError) return error.message
    throw error
  })

/** Whoever complains has not printed all. */
const hasPrinted = ({ exitCode, stderr }: ExecResult, exitCodes: readonly number[]): boolean =>
  exitCode === 0 || (exitCode !== undefined && exitCodes.includes(exitCode) && stderr === '')

const isMissing = ({ exitCode, failure }: ExecResult): boolean =>
  (exitCode === undefined || exitCode === 126 || exitCode === 127) && isMissingProgram(failure)

const firstLine = ({ exitCode, failure, stderr }: ExecResult): string | undefined =>
  (stderr || failure || `exit code ${exitCode ?? 'unknown'}`).split('\n')[0]
