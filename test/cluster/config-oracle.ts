/** What a real kube-proxy makes of a configuration: it reads, completes and checks it, writes it to a file, and exits. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { kubernetesBinaries } from './binaries.ts'
import { attempt } from './run.ts'

/** One for each shape that kube-proxy's reading and checking had. */
export const oracleVersions = ['1.23.17', '1.29.6', '1.33.13', '1.37.1']

export interface Verdict {
  /** The configuration with all defaults; undefined where kube-proxy exits. */
  readonly written: unknown
  /** Why it exits, or what the strict reading finds; empty where there is nothing. */
  readonly says: string
}

interface Oracle {
  readonly version: string
  readonly ask: (text: string | Uint8Array) => Promise<Verdict>
  readonly close: () => void
}

/** kube-proxy of this version (`1.37.1`), built where it is missing. */
export async function configOracle(version: string): Promise<Oracle> {
  const program = join(await kubernetesBinaries(version, ['kube-proxy']), 'kube-proxy')
  const folder = mkdtempSync(join(tmpdir(), 'kpx-oracle-'))
  let count = 0
  return {
    version,
    close: () => rmSync(folder, { recursive: true, force: true }),
    ask: async (text) => {
      const file = join(folder, `${count++}.yaml`)
      writeFileSync(file, text)
      try {
        return await verdict(program, file)
      } finally {
        rmSync(file)
        rmSync(`${file}.out`, { force: true })
      }
    },
  }
}

async function verdict(program: string, file: string): Promise<Verdict> {
  const argv = ['-n', '10', program, '--config', file, '--write-config-to', `${file}.out`]
  const { exit, stderr } = await attempt('nice', argv)
  // 1.20 exits with 2 when all is well
  if (exit === 0 || (exit === 2 && !failed.test(stderr))) {
    const strict = errorsIn(stderr).find((text) => text.includes('strict decoding error')) ?? ''
    return { written: load(readFileSync(`${file}.out`, 'utf8')), says: strict }
  }
  return { written: undefined, says: errorsIn(stderr).findLast((text) => failed.test(text)) ?? stderr }
}

const failed = /failed (?:complete|validate|os init): |initialize logging: |^panic: /m

/** The errors of a log: klog quotes them, in JSON too, or sets those of several lines apart; older releases print them as they are. */
function errorsIn(log: string): string[] {
  const quoted = [...log.matchAll(/(?:err=|"err":)"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replaceAll(/\\(.)/g, '$1'),
  )
  const blocks = [...log.matchAll(/err=<\n([^]*?)\n >/g)].map(([, text = '']) => text.replaceAll(/^\t/gm, ''))
  return [...quoted, ...blocks, ...(quoted.length + blocks.length > 0 ? [] : log.split('\n'))]
}
