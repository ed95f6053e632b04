import { basename, extname } from 'node:path'
import { expect } from 'chai'
import { isDecoded } from '../../src/decode/index.ts'
import { sniff } from '../../src/decode/sniff.ts'
import { recordings } from './recordings.ts'

describe('sniff', () => {
  it('knows every file with a decoder by its beginning alone', () => {
    const wrong = recordings('').flatMap(({ name, text }) => {
      const kind = basename(name, extname(name))
      const sniffed = sniff(text)
      // both families' routes are one format
      return isDecoded(name) && sniffed !== kind.replace('ip6-route', 'ip-route') ? [`${name}: ${sniffed}`] : []
    })
    expect(wrong).to.deep.equal([])
  })

  it('takes nothing else for a dump', () => {
    const others = recordings('').filter(({ name }) => !isDecoded(name))
    expect(others.length).to.be.greaterThan(20)
    expect(others.flatMap(({ name, text }) => (sniff(text) === undefined ? [] : [name]))).to.deep.equal([])
    for (const text of ['', '\0\u0001\u0002', '{"kind":"List"}', 'hello\nworld\n']) {
      expect(sniff(text)).to.equal(undefined)
    }
  })
})
