import { expect } from 'chai'
import { explainCode, findCode } from '../../../src/answer/explain-code.ts'
import type { CodeExplanation, CodeList } from '../../../src/answer/explain-code.ts'
import { sceneOf } from '../../../src/answer/scene.ts'
import { catalogue } from '../../../src/codes.ts'
import { explainCodeView } from '../../../src/view/explain-code.ts'
import { style } from '../../../src/view/style.ts'
import { brokenCapture, replaced } from '../../broken-capture.ts'
import { captures, kpx } from '../../kpx.ts'

const explain = async (...argv: string[]) => kpx<CodeExplanation>('explain', 'code', ...argv)
const folded = (text: string): string => text.replaceAll(/\s+/g, ' ')

describe('kpx explain code', () => {
  for (const { code, fix, level, title, why } of catalogue) {
    it(`tells ${code} by its name in any case, and by its number`, async () => {
      const { exit, result, stdout } = await explain(code.toLowerCase())
      expect(exit).to.equal(0)
      for (const text of [code, level, title, why, fix]) expect(folded(stdout)).to.include(text)
      expect(result).to.include({ kind: 'CodeExplanation', code, found: null })
      expect((await explain(code.slice(3))).stdout).to.equal(stdout)
    })
  }

  it('tells the exit code that errors and findings lead to', async () => {
    const exits: unknown[] = []
    for (const code of ['1001', '1006', '3001', '3002']) exits.push((await explain(code)).result?.exit)
    expect(exits).to.deep.equal([2, 3, 1, null])
  })

  it('lists all codes, as a table, a document and names', async () => {
    const { stdout } = await explain()
    const codes = catalogue.map(({ code }): string => code)
    expect(stdout.match(/^KPX\d+/gm)).to.deep.equal(codes)
    const list = JSON.parse((await explain('-o', 'json')).stdout) as CodeList
    expect(list.kind).to.equal('CodeList')
    expect(list.items.map(({ code }) => code)).to.deep.equal(codes)
    expect((await explain('-o', 'name')).stdout).to.equal(codes.map((code) => `${code}\n`).join(''))
  })

  it('refuses an unknown code, with the nearest', async () => {
    const { exit, stderr } = await explain('KPX30011')
    expect(exit).to.equal(2)
    expect(stderr).to.match(/no code "KPX30011" \(KPX1001\)\n {2}fix: did you mean KPX3001\? kpx explain code lists/)
    expect((await explain('nonsense')).stderr).to.match(/fix: kpx explain code lists all codes\n$/)
  })

  it('shows where a recording has the finding, with the rule', async () => {
    const capture = await brokenCapture('k1.37-iptables', {
      'nodes/node1/iptables-save.txt': (text) => replaced(text, /10\.244\.0\.2:8080/g, '10.244.0.99:8080'),
    })
    const scene = sceneOf(capture)
    const recording = { scene, services: scene.cluster.services, nodes: capture.nodes }
    const explanation = await explainCode(findCode('3001'), recording)
    const objects = explanation.found?.map(({ node, object }) => `${object} on ${node}`)
    expect(objects).to.include('Service shop/web on node1').and.not.include('Service shop/idle on node1')
    const text = explainCodeView(explanation, { width: 100, wide: false, limit: 20, style: style(false) })
    expect(text).to.match(
      /In this recording\n(?:.*\n)* {2}Service shop\/web on node1\n {4}from pod [^]*\n {4}node1 iptables-save\.txt:\d+\n/,
    )
    expect((await explainCode(findCode('3002'), recording)).found).to.deep.equal([])
    expect((await explainCode(findCode('1004'), recording)).found).to.equal(null)
  })

  it('says that a recording does not have it', async () => {
    const { exit, result, stdout } = await explain('3001', '--from', `${captures}/k1.33-iptables`, '-n', 'shop')
    expect({ exit, found: result?.found }).to.deep.equal({ exit: 0, found: [] })
    expect(stdout).to.match(/\nThis recording does not have it\.\n$/)
  })
})
