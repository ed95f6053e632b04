/** Pages of recordings: well-formed, complete, and inert whatever a cluster has for names. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { explainServicePage } from '../../../src/view/html/explain-service.ts'
import { captures, kpx } from '../../kpx.ts'
import type { Ran } from '../../kpx.ts'
import { harmful, planted, plantedCapture } from '../../planted-capture.ts'
import { explanationOf, origin } from './explanation.ts'
import { allOf, parsePage, textOf } from './parse.ts'

/** Those with pages, as they are asked about the namespace shop. */
const questions = (service: string): readonly (readonly string[])[] => [
  ['status'],
  ['services'],
  ['explain', 'service', service],
  ['verify'],
  ['preflight', '--mode', 'nftables'],
  ['mode', 'check', 'nftables'],
  ['config', 'validate'],
]

const recordings = ['k1.23-iptables', 'k1.37-ipvs', 'k1.37-nftables']

/** What it says first. */
function answerOf(stdout: string): string {
  const [answer] = allOf(parsePage(stdout), 'section')
  return answer ? textOf(answer).replaceAll(/\s+/g, ' ').trim() : ''
}

describe('a page', () => {
  for (const recording of recordings) {
    it(`of ${recording} is well-formed, and says first what was seen`, async () => {
      for (const argv of questions('shop/web')) {
        const ran = await kpx(...argv, '--from', `${captures}/${recording}`, '-o', 'html')
        const document = await kpx(...argv, '--from', `${captures}/${recording}`, '-o', 'json')
        expect(ran.exit, argv.join(' ')).to.equal(document.exit)
        if (argv[0] !== 'config') expect(answerOf(ran.stdout), argv.join(' ')).to.match(/seen \d\/\d nodes/)
        const [title] = allOf(parsePage(ran.stdout), 'title')
        expect(title?.text).to.include(`capture ${recording}`)
      }
    })
  }

  const from = ['--from', `${captures}/k1.37-iptables`, '-o', 'html']
  const answered = async (...argv: string[]): Promise<string> => answerOf((await kpx(...argv, ...from)).stdout)

  it('says the answer in words', async () => {
    expect(await answered('status')).to.equal('In order kube-proxy runs as configured on all 2 nodes. seen 2/2 nodes')
    expect(await answered('verify')).to.match(/^Yes \d+ kinds of packets .* all do what the API says/)
    expect(await answered('preflight', '--mode', 'nftables')).to.match(/^Ready mode nftables: ready \(/)
    expect(await answered('explain', 'service', 'shop/web')).to.match(/^As the Service asks Connections go to 3 pods/)
  })

  it('is never fine where not all was seen', async () => {
    const { stdout } = await kpx('status', '--from', `${captures}/k1.37-ipvs`, '-o', 'html')
    expect(answerOf(stdout)).to.match(/^Not all could be seen .* seen 1\/3 nodes NOT ALL SEEN/)
    const explanation = { ...explanationOf(3), seen: { nodes: ['worker-0'], of: 3, blind: [] } }
    expect(answerOf(explainServicePage(explanation, origin, 20))).to.match(/^Not all could be seen/)
  })

  it('has of each finding why it matters, what to do and the lines that say so; and what was suppressed, with the reason', async () => {
    const old = ['--from', `${captures}/k1.33-iptables`, '-o', 'html']
    const { stdout } = await kpx('preflight', '--kubernetes', '1.43', '--mode', 'ipvs', '--suppress', 'KPX4131', ...old)
    const page = parsePage(stdout)
    const found = allOf(page, 'article').map((one) => textOf(one).replaceAll(/\s+/g, ' '))
    for (const part of ['ERROR', 'KPX4101', 'on node1, node2', 'Why: ', 'exits.', 'Fix: '])
      expect(found[0]).to.include(part)
    expect(found.length).to.be.greaterThan(2)
    expect(textOf(page))
      .to.include('--suppress KPX4131: it is said on the command line')
      .and.match(/! WARN +KPX4001/)
  })

  it('is written beside the answer by --report', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kpx-page-'))
    try {
      const file = join(folder, 'verify.html')
      const { stdout } = await kpx('verify', '--from', `${captures}/k1.37-iptables`, '--report', `html=${file}`)
      expect(stdout).to.include('all do what the API says')
      expect(answerOf(readFileSync(file, 'utf8'))).to.match(/^Yes/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('names the files that were judged', async () => {
    const { stdout } = await kpx('config', 'validate', 'test/config/examples/config-map.yaml', '-o', 'html')
    expect(textOf(parsePage(stdout))).to.include('test/config/examples/config-map.yaml:10')
  })

  it('does not take the place of what has none', async () => {
    const { exit, stderr } = await kpx('preflight', '--list', '-o', 'html')
    expect(exit).to.equal(2)
    expect(stderr).to.match(/cannot be printed with -o html/)
  })

  it('is no format of a command that has none', async () => {
    const { exit } = await kpx('trace', 'outside', '10.96.0.1:443', ...from)
    expect(exit).to.equal(2)
  })
})

describe('a page of hostile names', () => {
  let folder = ''
  before(() => (folder = mkdtempSync(join(tmpdir(), 'kpx-page-'))))
  after(() => rmSync(folder, { recursive: true }))

  for (const recording of ['k1.37-iptables', 'k1.37-nftables']) {
    it(`of ${recording} has nothing of them but text`, async () => {
      const capture = plantedCapture(recording, join(folder))
      // what is planted in it is no configuration any more
      for (const argv of questions(`shop${planted}/web${planted}`).filter(([first]) => first !== 'config')) {
        const { stdout }: Ran = await kpx(...argv, '--from', capture, '-o', 'html')
        expect(stdout, argv.join(' ')).to.include('PLANTED').and.not.match(harmful)
        parsePage(stdout)
      }
    })
  }

  it('is inert markup', () => {
    const hostile = '"><script>alert(1)</script><img src=http://x onerror=alert(1)>\u0000\u001b[31m\u202e'
    const replaced = (key: string, value: unknown): unknown =>
      ['service', 'pod', 'node', 'text', 'why', 'file'].includes(key) && typeof value === 'string'
        ? `shop/${hostile}${value}`
        : value
    const explanation = JSON.parse(JSON.stringify(explanationOf(3, { odd: 'x' })), replaced) as ReturnType<
      typeof explanationOf
    >
    const text = explainServicePage(explanation, { ...origin, source: hostile, takenAt: hostile }, 20)
    const page = parsePage(text)
    expect(text).to.not.match(harmful)
    expect(textOf(page)).to.include('<script>alert(1)</script>')
    expect(allOf(page, 'script')).to.deep.equal([])
  })
})
