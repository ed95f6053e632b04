import { expect } from 'chai'
import fc from 'fast-check'
import { escapeJson, guard, sanitise } from '../../src/view/sanitise.ts'

const harmful = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/

describe('sanitise', () => {
  it('shows controls instead of sending them', () => {
    expect(sanitise('a\u001b[31mb\u0007\n\t\r')).to.equal('a\\x1b[31mb\\x07\\n\\t\\r')
    expect(sanitise('\u009b2J')).to.equal('\\x9b2J')
    expect(sanitise('\u202eexe.\u2066\ufeff')).to.equal('\\u202eexe.\\u2066\\ufeff')
    expect(sanitise('\u{e0041}')).to.equal('\\u{e0041}')
  })

  it('leaves text alone', () => {
    expect(sanitise('web-1 10.96.1.2:80 → fd00::1 ü 日本 …')).to.equal('web-1 10.96.1.2:80 → fd00::1 ü 日本 …')
  })

  it('lets no control through, whatever the data', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !harmful.test(sanitise(text))))
  })
})

describe('guard', () => {
  it('keeps line ends and, with colour, only the paints of kpx', () => {
    expect(guard('a\nb\u001b[31mc\u001b[39m\u001b[2J\r', true)).to.equal('a\nb\u001b[31mc\u001b[39m\\x1b[2J\\r')
    expect(guard('\u001b[31mc\n', false)).to.equal('\\x1b[31mc\n')
  })

  it('does not let concealing or any other sequence pass', () => {
    expect(guard('\u001b[8mhidden', true)).to.equal('\\x1b[8mhidden')
    expect(guard('\u001b[31;8mhidden', true)).to.equal('\\x1b[31;8mhidden')
  })
})

describe('escapeJson', () => {
  it('leaves the same document without anything that a terminal obeys', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (value) => {
        const document = escapeJson(JSON.stringify(value, null, 2))
        expect(harmful.test(document.replaceAll('\n', ''))).to.equal(false)
        expect(JSON.parse(document)).to.deep.equal(value)
      }),
    )
  })
})
