/** The picture of a Service: legible for any number of endpoints, and in words as well. */
import { expect } from 'chai'
import { explainServicePage } from '../../../src/view/html/explain-service.ts'
import { mapPicture, narrow, wide } from '../../../src/view/html/map-picture.ts'
import { mapsOf } from '../../../src/view/html/service-map.ts'
import type { ServiceMap } from '../../../src/view/html/service-map.ts'
import { parseXml } from '../xml.ts'
import type { Element } from '../xml.ts'
import { explanationOf, origin } from './explanation.ts'
import { allOf, parsePage, textOf } from './parse.ts'

function mapOf(...how: Parameters<typeof explanationOf>): ServiceMap {
  const [port] = explanationOf(...how).ports
  const maps = port ? mapsOf(port, 'shop') : []
  expect(maps).to.have.length(1)
  return maps[0] ?? { addresses: [], bands: [] }
}

const pictureOf = (map: ServiceMap, plan = wide): Element =>
  parseXml(`<?xml version="1.0" encoding="UTF-8"?>\n${mapPicture(map, 'map', plan).toString()}`)

const number = ({ attributes }: Element, name: string): number => Number(attributes[name])

/** All rectangles lie in the picture, and no two ends on each other. */
function expectLegible(picture: Element): void {
  const [, , width = 0, height = 0] = (picture.attributes['viewBox'] ?? '').split(' ').map(Number)
  const boxes = allOf(picture, 'rect')
  for (const box of boxes) {
    expect(number(box, 'x')).to.be.at.least(0)
    expect(number(box, 'y')).to.be.at.least(0)
    expect(number(box, 'x') + number(box, 'width')).to.be.at.most(width)
    expect(number(box, 'y') + number(box, 'height')).to.be.at.most(height)
  }
  const ends = boxes.filter(({ attributes }) => attributes['class']?.startsWith('end'))
  const tops = ends.map((end) => [number(end, 'y'), number(end, 'y') + number(end, 'height')] as const)
  for (const [i, [top]] of tops.sort(([a], [b]) => a - b).entries()) expect(top).to.be.at.least(tops[i - 1]?.[1] ?? 0)
}

/** Of 13 px, in a fixed-width font: no text goes beyond the picture. */
function expectInside(picture: Element): void {
  for (const text of allOf(picture, 'text')) {
    const length = text.text.trim().length * 7.9
    const start = number(text, 'x') - (text.attributes['text-anchor'] === 'end' ? length : 0)
    expect(start, text.text).to.be.at.least(0)
    expect(start + length, text.text).to.be.at.most(number(picture, 'width'))
  }
}

describe('the map of a Service', () => {
  for (const count of [0, 1, 3, 30, 300]) {
    for (const [name, plan] of [['wide', wide] as const, ['narrow', narrow] as const]) {
      it(`of ${count} endpoints is legible in a ${name} page`, () => {
        const picture = pictureOf(mapOf(count), plan)
        expectLegible(picture)
        expectInside(picture)
        const ends = allOf(picture, 'rect').filter(({ attributes }) => attributes['class']?.startsWith('end'))
        expect(ends).to.have.length(count === 0 ? 1 : Math.min(count, 31))
      })
    }
  }

  it('has the endpoints by their nodes, with their shares', () => {
    const { addresses, bands } = mapOf(3)
    expect(addresses).to.deep.equal([['ClusterIP', '10.96.0.9:80']])
    expect(bands).to.have.length(1)
    expect(bands[0]?.senders).to.deep.equal([{ who: 'anyone', where: 'on all 3 nodes', isOdd: false }])
    expect(
      bands[0]?.places.map(({ ends, node }) => [node, ...ends.map(({ name, share }) => `${name} ${share}`)]),
    ).to.deep.equal([
      ['worker-0', 'web-0 33.3%'],
      ['worker-1', 'web-1 33.3%'],
      ['worker-2', 'web-2 33.3%'],
    ])
  })

  it('folds what it has no room for, and the table has it', () => {
    const text = textOf(pictureOf(mapOf(300)))
    expect(text).to.include('and 270 more endpoints').and.include('90%').and.not.include('web-31 ')
    const rowsOf = (limit: number): string[] => {
      const page = parsePage(explainServicePage(explanationOf(300), origin, limit))
      return allOf(page, 'tbody')
        .flatMap((body) => allOf(body, 'tr'))
        .map(textOf)
    }
    expect(rowsOf(Infinity)).to.have.length(301)
    expect(rowsOf(20)).to.have.length(22)
    expect(rowsOf(20).at(-1)).to.include('and 280 more endpoints, 93.3% in all (--limit 0 shows all)')
  })

  it('says in words what is refused, and marks the odd node', () => {
    const map = mapOf(3, { odd: 'worker-9' })
    expect(map.bands.map(({ senders }) => senders)).to.deep.equal([
      [{ who: 'pods', where: 'on worker-9 only', isOdd: true }],
      [
        { who: 'pods', where: 'on 3 of 4 nodes', isOdd: true },
        { who: 'nodes', where: 'on all 4 nodes', isOdd: false },
      ],
    ])
    const picture = pictureOf(map)
    const [, desc] = picture.children
    expect(desc?.text).to.match(
      /^pods on worker-9 only: 100% refused; pods on 3 of 4 nodes, nodes on all 4 nodes: 33.3% web-0/,
    )
    expect(textOf(picture)).to.include('on worker-9 only').and.include('refused')
    expect(allOf(picture, 'rect').filter(({ attributes }) => attributes['class'] === 'box odd')).to.have.length(2)
  })

  it('shortens long names, and has them whole for who points at them', () => {
    const pod = 'w'.repeat(200)
    for (const plan of [wide, narrow]) {
      const picture = pictureOf(mapOf(3, { pod }), plan)
      expectInside(picture)
      expect(allOf(picture, 'title').map(({ text }) => text.trim())).to.include(`${pod}0`)
    }
  })
})
