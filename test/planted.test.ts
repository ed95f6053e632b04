/** Text from a capture is data: nothing of it steers the terminal, in any format of any command, nor in an error. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { captures, kpx } from './kpx.ts'
import type { Ran } from './kpx.ts'
import { forged, harmful, planted, plantedCapture } from './planted-capture.ts'

const outputs = ['table', 'wide', 'json', 'yaml', 'name'] as const
const recordings = ['k1.37-iptables', 'k1.37-nftables', 'k1.37-ipvs'] as const

const web = ['web', '-n', `shop${planted}`]
const inNamespace = `shop${planted}`
const node = (recording: string): string => `${recording === 'k1.37-ipvs' ? 'node3' : 'node1'}${planted}`

/** A pod behind shop/web. */
function podOf(recording: string): string {
  const text = readFileSync(`${captures}/${recording}/objects/pods.json`, 'utf8')
  return `${/"web-[0-9a-f]+-\w+"/.exec(text)?.[0].slice(1, -1)}${planted}`
}

/** Answers, by what they must tell of the planted names. */
const questions = (recording: string, from: readonly string[]): readonly (readonly string[])[] => [
  ['services', ...from],
  ['services', '-n', inNamespace, '--node', node(recording), ...from],
  ['explain', 'service', `web${planted}`, '-n', inNamespace, ...from],
  ['explain', 'service', `web-lb${planted}`, '-n', inNamespace, ...from],
  ['explain', 'pod', podOf(recording), '-n', inNamespace, ...from],
  ['explain', 'address', '10.244.0.2', ...from],
  ['explain', 'address', '10.200.0.11', ...from],
  ['explain', 'mode', 'iptables', ...from],
  ['explain', 'code', 'KPX3003', ...from],
  ['explain', ...from],
  ['trace', 'outside', `service/${inNamespace}/web${planted}`, ...from],
  ['trace', '198.51.100.7', '10.200.0.11:30517', ...from],
  ['decode', ...from],
]

/** What cannot be answered. */
const mistakes = (recording: string, from: readonly string[]): readonly (readonly string[])[] => [
  ['services', '-n', 'nowhere', ...from],
  ['services', '--node', 'nowhere', ...from],
  ['services', '--node', `no${planted}`, ...from],
  ['services', '--from', `/nowhere/${planted}`],
  ['services', `more${planted}`, ...from],
  ['explain', 'service', `webb${planted}`, '-n', inNamespace, ...from],
  ['explain', 'service', ...web, ...from],
  ['explain', 'pod', `a/b/${planted}`, ...from],
  ['explain', 'mode', planted, ...from],
  ['explain', 'code', planted],
  ['explain', planted],
  ['trace', 'outside', `service/${inNamespace}/web${planted}:99`, ...from],
  ['trace', `pod/${inNamespace}/nobody`, '10.96.0.1:443', ...from],
  ['trace', planted, planted, ...from],
  ['trace', `node/${node(recording)}`, `node/${planted}:80`, ...from],
  ['decode', `/nowhere/${planted}`],
  ['decode', '--node', planted, ...from],
  [planted],
]

function expectSafe({ stderr, stdout }: Ran, argv: readonly string[]): void {
  for (const text of [stdout, stderr]) {
    const raw = harmful.exec(text)
    expect(
      raw && JSON.stringify(text.slice(Math.max(raw.index - 60, 0), raw.index + 20)),
      JSON.stringify(argv),
    ).to.equal(null)
  }
}

/** Lines that the data began. */
const forgedLines = (text: string): string[] => text.split('\n').filter((line) => line.trim().startsWith(forged))

describe('planted text', () => {
  let folder = ''
  const plantedCaptures = new Map<string, readonly string[]>()

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-planted-'))
    for (const recording of recordings) plantedCaptures.set(recording, ['--from', plantedCapture(recording, folder)])
  })

  after(() => {
    rmSync(folder, { recursive: true })
  })

  for (const recording of recordings) {
    const from = () => plantedCaptures.get(recording) ?? []

    for (const output of outputs) {
      it(`of ${recording} is shown, never sent, by -o ${output}`, async () => {
        for (const argv of questions(recording, from())) {
          const ran = await kpx(...argv, '-o', output)
          expectSafe(ran, argv)
          expect(forgedLines(ran.stdout + ran.stderr), JSON.stringify(argv)).to.deep.equal([])
          if (output === 'name') continue
          expect(ran.exit, JSON.stringify(argv)).not.to.equal(2)
          expect(ran.stdout, JSON.stringify(argv)).to.contain('PLANTED')
        }
      })
    }

    it(`of ${recording} is the same in JSON and YAML`, async () => {
      for (const argv of questions(recording, from())) {
        const [document, yaml] = [await kpx(...argv, '-o', 'json'), await kpx(...argv, '-o', 'yaml')]
        expect(load(yaml.stdout), JSON.stringify(argv)).to.deep.equal(JSON.parse(document.stdout))
      }
    })

    it(`of ${recording} is no colour where there is some`, async () => {
      const { FORCE_COLOR, NO_COLOR } = process.env
      delete process.env['NO_COLOR']
      process.env['FORCE_COLOR'] = '1'
      try {
        for (const argv of questions(recording, from())) {
          const { stderr, stdout } = await kpx(...argv)
          const text = (stdout + stderr).replaceAll(/\u001b\[(?:1|2|22|31|32|33|36|39)m(?!PLANTED)/g, '')
          expectSafe({ stdout: text, stderr: '', exit: 0 }, argv)
          expect(forgedLines(text)).to.deep.equal([])
        }
      } finally {
        if (FORCE_COLOR === undefined) delete process.env['FORCE_COLOR']
        else process.env['FORCE_COLOR'] = FORCE_COLOR
        if (NO_COLOR !== undefined) process.env['NO_COLOR'] = NO_COLOR
      }
    })

    it(`of ${recording} reaches no error`, async () => {
      for (const argv of mistakes(recording, from())) {
        for (const output of ['table', 'json', 'yaml']) {
          const ran = await kpx(...argv, '-o', output)
          expectSafe(ran, argv)
          expect(ran.exit, JSON.stringify(argv)).to.equal(2)
          if (output === 'json') expect(JSON.parse(ran.stdout)).to.include({ kind: 'Error', exit: 2 })
          else expect(ran.stderr, JSON.stringify(argv)).to.match(/^Error: /)
        }
      }
    })
  }

  it('in what cannot be read reaches no error', async () => {
    const [, capture = ''] = plantedCaptures.get('k1.37-iptables') ?? []
    const flows = join(folder, 'flows.txt')
    writeFileSync(flows, `a b c ${planted}\n`)
    writeFileSync(join(capture, 'objects/services.json'), `{"items": [\u202e${planted}`)
    for (const argv of [['trace', '--flows', flows], ['services']]) {
      const ran = await kpx(...argv, '--from', capture)
      expectSafe(ran, argv)
      expect([ran.exit, forgedLines(ran.stderr)], JSON.stringify(argv)).to.deep.equal([2, []])
    }
  })
})
