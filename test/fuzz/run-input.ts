/** One input, and what came of it. */
import { inputOf } from './targets.ts'
import type { Input } from './targets.ts'

export interface Ran {
  readonly index: number
  readonly target: string
  readonly bytes: number
  /** Of the reading. */
  readonly ms: number
  readonly msPerMb: number
  /** What does not hold, or was thrown. */
  readonly failure?: string
}

const megabyte = 1 << 20

/** What is smaller counts as this much, since garbage is collected whatever the file; an answer about a capture takes packets, not bytes. */
const smallest = (target: string): number => (target.includes('.') ? megabyte / 8 : megabyte)

/** Of any input, in ms per MB. */
const slowest = 1000

export async function runInput(seed: number, index: number, only?: string): Promise<Ran> {
  const input = await inputOf(seed, index, only)
  const bytes = [...input.files.values()].reduce((sum, file) => sum + file.length, 0)
  const size = Math.max(bytes, smallest(input.target)) / megabyte
  const common = { index, target: input.target, bytes }
  try {
    const start = performance.now()
    await input.read()
    let ms = performance.now() - start
    // others may have had the processor, and code is slow when it is new
    for (let again = 0; again < 5 && ms / size > slowest; again++) ms = Math.min(ms, await processorTime(input))
    input.check?.()
    const figures = { ...common, ms, msPerMb: ms / size }
    return ms / size > slowest ? { ...figures, failure: `reading took ${Math.round(ms)} ms` } : figures
  } catch (error) {
    return { ...common, ms: 0, msPerMb: 0, failure: textOf(error) }
  }
}

async function processorTime(input: Input): Promise<number> {
  const start = process.cpuUsage()
  await input.read()
  const { system, user } = process.cpuUsage(start)
  return (system + user) / 1000
}

/** The message and where in kpx it was thrown. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const places = (error.stack ?? '').split('\n').filter((line) => /[/\\](?:src|fuzz)[/\\]/.test(line))
  return [`${error.name}: ${error.message}`.slice(0, 500), ...places.slice(0, 3)].join('\n')
}
