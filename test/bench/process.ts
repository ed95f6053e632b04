/** Times whole processes: what a user waits for, and how much memory it takes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'

export interface Measured {
  /** Seconds from start to end: the median of the runs. */
  readonly seconds: number
  /** MiB at the peak, the most of the runs; null where /proc is not there to tell. */
  readonly memory: number | null
}

/** Runs the command `runs` times after one that does not count. Throws when it fails. */
export async function measure(command: readonly string[], runs: number, stdin?: string): Promise<Measured> {
  await runOnce(command, stdin)
  const measured: Measured[] = []
  for (let run = 0; run < runs; run++) measured.push(await runOnce(command, stdin))
  const seconds = measured.map((one) => one.seconds).sort((a, b) => a - b)
  const memory = measured.map((one) => one.memory ?? 0)
  return { seconds: seconds[Math.floor(runs / 2)] ?? 0, memory: Math.max(...memory) || null }
}

async function runOnce([program = '', ...args]: readonly string[], stdin: string | undefined): Promise<Measured> {
  const input = stdin === undefined ? 'ignore' : openSync(stdin, 'r')
  const start = performance.now()
  const child = spawn(program, args, { stdio: [input, 'ignore', 'pipe'] as const })
  let errors = ''
  child.stderr?.on('data', (text: Buffer) => (errors += text.toString()))
  let memory: number | null = null
  const watch = setInterval(() => (memory = peakOf(child.pid ?? 0) ?? memory), 5)
  const [code] = (await once(child, 'close')) as [number | null]
  clearInterval(watch)
  if (code !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${code}: ${errors}`)
  return { seconds: (performance.now() - start) / 1000, memory }
}

/** VmHWM of proc(5): the most that was resident so far. */
function peakOf(pid: number): number | undefined {
  try {
    const line = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return line ? Number(line[1]) / 1024 : undefined
  } catch {
    return undefined
  }
}
