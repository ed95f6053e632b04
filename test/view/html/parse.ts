/** Pages as tests read them: throws for what is not well-formed, or not as every page must be. */
import { expect } from 'chai'
import { parseXml } from '../xml.ts'
import type { Element } from '../xml.ts'

/** Every page is XML as well, but for its first line. */
export function parsePage(text: string): Element {
  const doctype = '<!DOCTYPE html>\n'
  expect(text.slice(0, doctype.length)).to.equal(doctype)
  const html = parseXml(`<?xml version="1.0" encoding="UTF-8"?>\n${text.slice(doctype.length)}`)
  checkElements(html)
  checkStructure(html)
  return html
}

/** All elements of that name, wherever they are; of any name without one. */
export const allOf = (element: Element, name?: string): Element[] =>
  element.children.flatMap((child) => [
    ...(name === undefined || child.name === name ? [child] : []),
    ...allOf(child, name),
  ])

/** All text in it. */
export const textOf = (element: Element): string => [element.text, ...element.children.map(textOf)].join(' ')

const elements = new Set(
  (
    'head meta title style body main header section article figure figcaption h1 h2 h3 p ul li dl div dt dd table caption thead ' +
    'tbody tr th td details summary code strong span time br svg g rect path text desc'
  ).split(' '),
)
/** None of them loads or runs anything. */
const attributes = new Set(
  (
    'charset http-equiv name content class aria-label aria-labelledby id role scope colspan data-label datetime open viewBox ' +
    'width height x y rx d stroke-width text-anchor'
  ).split(' '),
)

function checkElements(html: Element): void {
  const unknown = allOf(html).flatMap(({ attributes: own, name }) => [
    ...(elements.has(name) ? [] : [name]),
    ...Object.keys(own).flatMap((one) => (attributes.has(one) ? [] : [`${one} of ${name}`])),
  ])
  expect(unknown).to.deep.equal([])
}

function checkStructure(html: Element): void {
  expect(html.attributes).to.deep.equal({ lang: 'en' })
  const policy = allOf(html, 'meta').find(({ attributes: own }) => own['http-equiv'] === 'Content-Security-Policy')
  expect(policy?.attributes['content']).to.match(/^default-src 'none'; style-src 'unsafe-inline';/)
  expect(allOf(html, 'h1')).to.have.length(1)
  const levels = allOf(html).flatMap(({ name }) => (/^h[1-6]$/.test(name) ? Number(name.slice(1)) : []))
  expect(levels.filter((level, i) => level - (levels[i - 1] ?? 0) > 1)).to.deep.equal([])
  const ids = allOf(html).flatMap(({ attributes: { id } }) => id ?? [])
  expect(new Set(ids).size).to.equal(ids.length)
  for (const table of allOf(html, 'table')) {
    expect(table.children[0]?.name).to.equal('caption')
    const scopes = new Set(allOf(table, 'th').map(({ attributes: { scope } }) => scope))
    expect([...scopes]).to.include('col')
    expect(['col', 'row', 'rowgroup']).to.include.members([...scopes])
  }
  for (const svg of allOf(html, 'svg')) {
    expect(svg.children.slice(0, 2).map(({ name }) => name)).to.deep.equal(['title', 'desc'])
    expect(svg.children.slice(0, 2).map(({ attributes: { id } }) => id)).to.deep.equal(
      svg.attributes['aria-labelledby']?.split(' '),
    )
  }
}
