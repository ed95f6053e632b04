import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

  it('says which nodes it could look at; loose files are of none', async () => {
    const capture = mkdtempSync(join(tmpdir(), 'kpx-'))
    try {
      for (const node of ['a', 'b']) mkdirSync(join(capture, 'nodes', node), { recursive: true })
      const dump = join(capture, 'nodes/a/iptables-save.txt')
      writeFileSync(dump, '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n')
      writeFileSync(join(capture, 'nodes/b/uname.txt'), 'Linux\n')
      const { result } = await kpx<RulesetSummary>('decode', '--from', capture, '--node', 'a')
      const blind = [{ node: 'b', why: 'it has no dump that kpx reads' }]
      expect(result?.seen).to.deep.equal({ nodes: ['a'], of: 2, blind })
      expect((await kpx<RulesetSummary>('decode', dump)).result?.seen).to.deep.equal({ nodes: [], of: 0, blind: [] })
    } finally {
      rmSync(capture, { recursive: true })
    }
  })

  it('exits 2 for a node that the capture lacks, a file of no tool, a missing file and nothing at all', async () => {
    const capture = `${captures}/k1.37-ipvs`
    expect(await kpx('decode', '--from', capture, '--node', 'node9')).to.include({ exit: 2 })
    expect(await kpx('decode', `${capture}/truth.json`)).to.include({ exit: 2 })
    expect(await kpx('decode', `${capture}/nodes/node3/absent/iptables-save.txt`)).to.include({ exit: 2 })
    expect(await kpx('decode')).to.include({ exit: 2 })
  })
})
