/** Pages in a browser: it reads what was written, loads nothing, complains of nothing, and nobody has to scroll sideways. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { explainServicePage } from '../../src/view/html/explain-service.ts'
import { captures, kpx } from '../kpx.ts'
import { planted, plantedCapture } from '../planted-capture.ts'
import { explanationOf, origin } from '../view/html/explanation.ts'
import { parsePage } from '../view/html/parse.ts'
import type { Element } from '../view/xml.ts'
import { needsCluster } from './able.ts'
import { Browser } from './browser.ts'
import type { DomNode } from './browser.ts'
import { browserPackages, installPackages, programPath } from './packages.ts'

const questions: readonly (readonly string[])[] = [
  ['status'],
  ['services'],
  ['explain', 'service', 'shop/web-lb'],
  ['verify'],
  ['preflight', '--mode', 'ipvs', '--kubernetes', '1.43'],
]

const elementNode = 1

/** As deep as it is: `['html', ['head', ['meta'], ...], ...]`. */
type Tree = readonly [string, ...Tree[]]

const treeOf = ({ children, name }: Element): Tree => [name, ...children.map(treeOf)]

const parsedTree = ({ children = [], localName }: DomNode): Tree => [
  localName,
  ...children.filter(({ nodeType }) => nodeType === elementNode).map(parsedTree),
]

describe('a page in a browser', function () {
  this.timeout(5 * 60_000)
  let folder = ''
  let browser: Browser | undefined

  before('has one', async function () {
    needsCluster(this)
    await installPackages(browserPackages)
    folder = mkdtempSync(join(tmpdir(), 'kpx-pages-'))
    browser = new Browser(programPath('chromium') ?? 'chromium')
  })

  after(async () => {
    await browser?.close()
    if (folder !== '') rmSync(folder, { recursive: true })
  })

  async function expectReadable(text: string): Promise<void> {
    const file = join(folder, 'page.html')
    // what is read by few must have room as well
    writeFileSync(file, text.replaceAll('<details>', '<details open="open">'))
    for (const [width, scheme] of [[400, 'light'] as const, [1400, 'dark'] as const]) {
      const look = await browser?.look(file, width, scheme)
      expect(look?.contentWidth).to.be.at.most(width)
      expect(look?.requests).to.deep.equal([pathToFileURL(file).href])
      expect(look?.complaints).to.deep.equal([])
      // whatever a browser puts right would be elsewhere, or something else
      const [html] = look?.document.children?.filter(({ nodeType }) => nodeType === elementNode) ?? []
      expect(html && parsedTree(html)).to.deep.equal(treeOf(parsePage(text)))
      expect(look?.screenshot.length).to.be.greaterThan(10_000)
      expect(look?.pdf.subarray(0, 4).toString()).to.equal('%PDF')
    }
  }

  for (const argv of questions) {
    it(`is what kpx wrote: ${argv.join(' ')}`, async () => {
      const { stdout } = await kpx(...argv, '--from', `${captures}/k1.33-iptables`, '-o', 'html')
      await expectReadable(stdout)
    })
  }

  it('is text where a cluster has markup for names', async () => {
    const capture = plantedCapture('k1.37-nftables', folder)
    const { stdout } = await kpx(
      'explain',
      'service',
      `shop${planted}/web-lb${planted}`,
      '--from',
      capture,
      '-o',
      'html',
    )
    await expectReadable(stdout)
    const name = `<script>alert(1)</script><img src="http://127.0.0.1/x">${'w'.repeat(170)}`
    await expectReadable(
      explainServicePage(explanationOf(3, { odd: name, pod: name }), { ...origin, source: name }, Infinity),
    )
  })

  for (const count of [0, 1, 30, 300]) {
    it(`has room for ${count} endpoints`, async () => {
      await expectReadable(explainServicePage(explanationOf(count, { odd: 'worker-9' }), origin, Infinity))
    })
  }

  it('would complain of what is loaded or run', async () => {
    const file = join(folder, 'bad.html')
    const { stdout } = await kpx('status', '--from', `${captures}/k1.37-iptables`, '-o', 'html')
    writeFileSync(file, stdout.replace('<main>', '<main><img src="http://127.0.0.1/x"><script>alert(1)</script>'))
    const look = await browser?.look(file, 400, 'light')
    expect(look?.complaints.join('\n')).to.match(/Content Security Policy/)
  })
})
