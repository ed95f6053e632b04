import { basename, extname } from 'node:path'
import { expect } from 'chai'
import { isDecoded } from '../../src/decode/index.ts'
import { sniff } from '../../src/decode/sniff.ts'
import { recordings, textFile } from './recordings.ts'

describe('sniff', () => {
  it('knows every file with a decoder by its beginning alone', () => {
    const wrong = recordings('').flatMap(({ bytes, name }) => {
      const kind = basename(name, extname(name))
      const sniffed = sniff(bytes)
      // both families' routes are one format
      return isDecoded(name) && sniffed !== kind.replace('ip6-route', 'ip-route') ? [`${name}: ${sniffed}`] : []
    })
    expect(wrong).to.deep.equal([])
  })

  it('takes nothing else for a dump', () => {
    const others = recordings('').filter(({ name }) => !isDecoded(name))
    expect(others.length).to.be.greaterThan(20)
    expect(others.flatMap(({ bytes, name }) => (sniff(bytes) === undefined ? [] : [name]))).to.deep.equal([])
    for (const text of ['', '\0\u0001\u0002', '{"kind":"List"}', 'hello\nworld\n']) {
      expect(sniff(textFile(text).bytes)).to.equal(undefined)
    }
  })
})
