/** The evaluator against the kernel: random rules of every kind, and random packets through them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { run } from '../lab/run.ts'
import { kinds } from '../lab/ruleset.ts'
import { needsCluster } from './able.ts'
import { installPackages, labPackages } from './packages.ts'

const seed = 20_260
const rulesets = 2_000
const packets = 20

describe('the evaluator and the kernel', function () {
  // a minute or two where nothing else runs
  this.timeout(60 * 60_000)
  let folder: string

  before('has its tools', async function () {
    needsCluster(this)
    await installPackages(labPackages)
    folder = mkdtempSync(join(tmpdir(), 'kpx-lab-'))
  })

  it(`agree about ${rulesets} rulesets with ${packets} packets each`, async () => {
    const told: string[] = []
    const tally = await run({
      seed,
      from: 0,
      rulesets,
      packets,
      kinds,
      jobs: 2,
      folder,
      tell: (text) => void told.push(text),
    })
    process.stderr.write(tally.table())
    expect(told.join(''), `captures in ${folder}`).to.equal('')
    const { flows, unknown } = tally.total
    expect(flows).to.equal(rulesets * packets)
    expect(unknown / flows).to.be.lessThan(0.1)
    rmSync(folder, { recursive: true })
  })
})
