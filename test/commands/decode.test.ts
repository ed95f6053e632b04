import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import type { RulesetSummary } from '../../src/answer/decode.ts'
import { captures, kpx } from '../kpx.ts'

describe('kpx decode', () => {
  for (const name of readdirSync(captures).filter((entry) => entry.startsWith('k1.'))) {
    it(`knows every line of ${name}`, async () => {
      const { exit, stdout } = await kpx('decode', '--from', `${captures}/${name}`, '-o', 'json')
      const { files, unknown } = JSON.parse(stdout) as RulesetSummary
      expect(unknown).to.deep.equal([])
      expect(exit).to.equal(0)
      expect(files.length).to.be.greaterThan(5)
      for (const { ignored, lines, recognised } of files) expect(recognised + ignored).to.equal(lines)
    })
  }

  it('exits 2 for a node that the capture lacks, a file of no tool, a missing file and nothing at all', async () => {
    const capture = `${captures}/k1.37-ipvs`
    expect(await kpx('decode', '--from', capture, '--node', 'node9')).to.include({ exit: 2 })
    expect(await kpx('decode', `${capture}/truth.json`)).to.include({ exit: 2 })
    expect(await kpx('decode', `${capture}/nodes/node3/absent/iptables-save.txt`)).to.include({ exit: 2 })
    expect(await kpx('decode')).to.include({ exit: 2 })
  })
})
