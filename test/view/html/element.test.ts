/** Whatever a text is, it is text in the page. */
import { expect } from 'chai'
import * as fc from 'fast-check'
import { element } from '../../../src/view/html/element.ts'
import { sanitise } from '../../../src/view/sanitise.ts'
import { parseXml } from '../xml.ts'

const parsed = (text: string): ReturnType<typeof parseXml> =>
  parseXml(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`)

describe('an element', () => {
  it('has every text as text, and every attribute as one', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('<script>alert(1)</script>', '"><img src=x onerror=y>', ']]>', '&lt;', '-->', "' onload='x"),
    )
    fc.assert(
      fc.property(hostile, (text) => {
        const { attributes, children, text: own } = parsed(element('p', { class: text }, text).toString())
        expect(children).to.deep.equal([])
        expect(own).to.equal(attributes['class'])
        if (!/[\ud800-\udfff]|\p{Noncharacter_Code_Point}/u.test(text))
          expect(own.trimEnd()).to.equal(sanitise(text).trimEnd())
      }),
    )
  })

  it('is built of elements, texts and lists of them; what is undefined is left out', () => {
    const built = element('p', { id: undefined, class: 'x' }, 'a<', [element('br'), ['b']], undefined)
    expect(built.toString()).to.equal('<p class="x">a&lt;<br/>b</p>\n')
  })
})
