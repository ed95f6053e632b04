/**
 * The long run: `npm run lab -- --rulesets 50000 --packets 20 --seed 1 --kinds iptables,nft`. What kpx is wrong about is told with the
 * seed and index that make it again: `npm run lab -- --seed 1 --index 17`, with fewer rules where that still shows it, and a folder for
 * `kpx trace --from`.
 */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { unable } from '../cluster/able.ts'
import { installPackages, labPackages } from '../cluster/packages.ts'
import { kinds } from './ruleset.ts'
import { run } from './run.ts'
import { Tally } from './tally.ts'

const { values } = parseArgs({
  options: {
    rulesets: { type: 'string', default: '2000' },
    packets: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    index: { type: 'string' },
    kinds: { type: 'string', default: kinds.join(',') },
    jobs: { type: 'string', default: '2' },
    save: { type: 'string' },
  },
})

const among = kinds.filter((kind) => values.kinds.split(',').includes(kind))
if (among.length === 0) throw new Error(`--kinds some of ${kinds.join(',')}`)
const reason = unable()
if (reason !== undefined) throw new Error(reason)
await installPackages(labPackages)

const folder = values.save ?? mkdtempSync(join(tmpdir(), 'kpx-lab-'))
mkdirSync(folder, { recursive: true })
const progressSeconds = 30
const started = performance.now()
const tally = new Tally()
const seconds = (): number => Math.round((performance.now() - started) / 1000)
const progress = setInterval(() => {
  const { flows, rulesets, unknown, wrong } = tally.total
  process.stderr.write(`${rulesets} rulesets, ${flows} flows, ${unknown} unknown, ${wrong} wrong in ${seconds()} s\n`)
}, progressSeconds * 1000)

await run(
  {
    seed: Number(values.seed),
    from: Number(values.index ?? 0),
    rulesets: values.index === undefined ? Number(values.rulesets) : 1,
    packets: Number(values.packets),
    kinds: among,
    jobs: values.index === undefined ? Number(values.jobs) : 1,
    folder,
    tell: (text) => void process.stdout.write(text),
  },
  tally,
)
clearInterval(progress)
process.stdout.write(`${tally.table()}${seconds()} s\n\nunknown:\n${tally.reasons(15)}`)
process.exitCode = tally.total.wrong > 0 ? 1 : 0
