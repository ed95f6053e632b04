/**
 * The long run: `npm run fuzz -- --inputs 1000000 --seed 1`. A failure is told with the seed and index that make its input again:
 * `npm run fuzz -- --seed 1 --index 17 --save FOLDER` runs that one and writes its files.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Ran } from './run-input.ts'
import { inputOf, targetNames } from './targets.ts'

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    index: { type: 'string' },
    only: { type: 'string' },
    save: { type: 'string' },
  },
})
const seed = Number(values.seed)
const first = Number(values.index ?? 0)
const end = first + (values.index === undefined ? Number(values.inputs) : 1)
const { only } = values
if (only !== undefined && !targetNames.includes(only)) throw new Error(`--only one of ${targetNames.join(', ')}`)

/** An input that takes longer hangs. */
const longestSeconds = 60
const progressSeconds = 10

/** Failures of one kind that are told. */
const mostAlike = 3

const started = performance.now()
const found = { inputs: 0, bytes: 0, failures: 0 }
let slowest: Ran | undefined

function count(ran: Ran): void {
  found.inputs++
  found.bytes += ran.bytes
  if (ran.failure !== undefined) fail(ran.index, `${ran.target}: ${ran.failure}`)
  else if (ran.msPerMb > (slowest?.msPerMb ?? 0)) slowest = ran
}

/** How often something failed alike. */
const kinds = new Map<string, number>()

function fail(index: number, why: string): void {
  found.failures++
  const kind = why.replaceAll(/\d+/g, '0')
  const before = kinds.get(kind) ?? 0
  kinds.set(kind, before + 1)
  if (before >= mostAlike) return
  process.stdout.write(`--seed ${seed} --index ${index}${only === undefined ? '' : ` --only ${only}`}: ${why}\n`)
}

function figures(): string {
  const { bytes, failures, inputs } = found
  const seconds = (performance.now() - started) / 1000
  const slow = slowest
    ? `, slowest ${Math.round(slowest.msPerMb)} ms/MB (${slowest.target}, index ${slowest.index}, ${slowest.bytes} bytes in ${slowest.ms.toFixed(1)} ms)`
    : ''
  return `${inputs} inputs, ${(bytes / 1e6).toFixed(1)} MB, ${failures} failures in ${Math.round(seconds)} s${slow}\n`
}

/** Runs to the end, or until an input hangs or takes all memory; returns the index to go on from. */
async function run(from: number): Promise<number> {
  const args = [seed, from, end, ...(only === undefined ? [] : [only])].map(String)
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), args, { execArgv: ['--import', 'tsx'] })
  let next = from
  let ready = false
  const kill = (): void => void child.kill('SIGKILL')
  let watch = setTimeout(kill, longestSeconds * 1000)
  child.on('message', (message: Ran | 'ready') => {
    watch = (clearTimeout(watch), setTimeout(kill, longestSeconds * 1000))
    ready = true
    if (message === 'ready') return
    count(message)
    next = message.index + 1
  })
  await once(child, 'exit')
  clearTimeout(watch)
  if (!ready) throw new Error('the process that reads the inputs does not start')
  if (next < end) fail(next++, `does not end within ${longestSeconds} s, or takes all memory`)
  return next
}

if (values.save !== undefined) {
  mkdirSync(values.save, { recursive: true })
  for (const [name, bytes] of (await inputOf(seed, first, only)).files) {
    writeFileSync(join(values.save, name.replaceAll('/', '_')), bytes)
  }
}
const progress = setInterval(() => process.stderr.write(figures()), progressSeconds * 1000)
for (let next = first; next < end;) next = await run(next)
clearInterval(progress)
process.stdout.write(figures())
process.exitCode = found.failures > 0 ? 1 : 0
