import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import type { ModeExplanation } from '../../../src/answer/explain-mode.ts'
import { modes } from '../../../src/modes.ts'
import { captures, kpx } from '../../kpx.ts'

const explain = async (...argv: string[]) => kpx<ModeExplanation>('explain', 'mode', ...argv)
const recordings = readdirSync(captures).filter((file) => file.startsWith('k'))
/** Of text that a terminal folds: one line, one blank between words. */
const folded = (text: string): string => text.replaceAll(/\s+/g, ' ')

/** Lines wider than the terminal, but for words that do not fit it. */
async function tooWide(columns: string, ...argv: string[]): Promise<string[]> {
  const { stdout } = await kpx(...argv)
  return stdout.split('\n').filter((line) => line.length > Number(columns) && line.trim().includes(' '))
}

describe('kpx explain mode', () => {
  for (const { costs, limits, milestones, name, path, sources, summary } of modes) {
    it(`tells all of ${name} without a capture, in any case`, async () => {
      const { exit, result, stdout } = await explain(name.toUpperCase())
      expect(exit).to.equal(0)
      expect(result).to.include({ kind: 'ModeExplanation', mode: name, example: null })
      expect(result).not.to.have.property('seen')
      for (const text of [
        summary,
        ...costs,
        ...limits,
        ...path.map(({ does }) => does),
        ...sources.map(({ url }) => url),
      ]) {
        expect(folded(stdout)).to.include(text)
      }
      for (const { kubernetes } of milestones) expect(stdout).to.match(new RegExp(`^  ${kubernetes} `, 'm'))
    })
  }

  it('says what is planned, and which command gives an example', async () => {
    const { stdout } = await explain('ipvs')
    expect(stdout).to.match(/^ {2}1\.35 {2}deprecated: .*\n.*\n {2}1\.40 {2}planned: off by default/m)
    expect(stdout).to.match(/kpx explain mode ipvs --from CAPTURE\n$/)
  })

  it('has no example of userspace', async () => {
    const { stdout } = await explain('userspace')
    expect(stdout).to.include('  1.26  removed: ')
    expect(stdout).to.match(/Example\n {2}there is none: /)
  })

  for (const recording of recordings) {
    const mode = recording.split('-')[1] ?? ''
    it(`walks a packet through ${recording}, rule by rule`, async () => {
      const { exit, result, stdout } = await explain(mode, '--from', `${captures}/${recording}`)
      expect(exit).to.equal(0)
      const { example } = result ?? {}
      expect(example).to.include({ service: 'shop/web' })
      expect(example?.source).to.match(/^pod shop\//)
      const text = folded(stdout)
      for (const { chain, file, line, says, text: rule } of example?.steps ?? []) {
        for (const part of [rule, says, ...(file === null ? [] : [`${chain} (${file}:${line})`])]) {
          expect(text).to.include(folded(part))
        }
      }
      const branches = mode === 'ipvs' ? 4 : 3
      for (const { share } of example?.outcomes ?? []) expect(share).to.be.closeTo(1 / branches, 1e-9)
      expect(stdout.match(/^ +\d+(?:\.\d)?% {2}delivered/gm)?.length).to.equal(branches - 1)
      expect(text).to.include(`of the connections end so: delivered to ${example?.outcomes[0]?.endpoint?.pod} (10.244.`)
    })
  }

  it('gives no example of a mode that no node runs, and says which runs', async () => {
    const { exit, result, stdout } = await explain('ipvs', '--from', `${captures}/k1.37-nftables`)
    expect({ exit, example: result?.example }).to.deep.equal({ exit: 0, example: null })
    expect(folded(stdout)).to.include('no node of the recording runs ipvs: nftables on node1, node2')
  })

  it('walks to the Service and from the node that the user names', async () => {
    const from = ['--from', `${captures}/k1.37-iptables`, '--node', 'node2']
    const { result, stdout } = await explain('iptables', '--service', 'idle', '-n', 'shop', ...from)
    expect(result?.example).to.include({ service: 'shop/idle', node: 'node2' })
    expect(folded(stdout)).to.include('Every connection ends so: refused (icmp-port-unreachable) by -A KUBE-SERVICES')
    expect(await explain('iptables', '--service', 'shop/headless', ...from)).to.include({ exit: 2 })
    expect(await explain('iptables', '--service', 'shop/wep', ...from)).to.include({ exit: 2 })
    expect(await explain('iptables', '--service', 'shop/web')).to.include({ exit: 2 })
  })

  it('refuses what is no mode, with the nearest that is one, and knows Windows’', async () => {
    for (const [word, message] of [
      ['nftable', /no mode "nftable" \(KPX1001\)\n {2}fix: did you mean nftables\?/],
      ['ebpf-something', /fix: choose one of iptables, ipvs, nftables, userspace$/m],
      ['KernelSpace', /kernelspace is kube-proxy's mode on Windows/],
    ] as const) {
      const { exit, stderr } = await explain(word)
      expect(exit).to.equal(2)
      expect(stderr).to.match(message)
    }
  })

  it('stays within 100 columns', async () => {
    for (const { name } of modes) expect(await tooWide('100', 'explain', 'mode', name)).to.deep.equal([])
  })
})
