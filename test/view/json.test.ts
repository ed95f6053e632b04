import { expect } from 'chai'
import fc from 'fast-check'
import { load } from 'js-yaml'
import { json, yaml } from '../../src/view/json.ts'

const harmful = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

const value = {
  kind: 'Temp',
  missing: undefined,
  share: 0.5,
  names: ['a: b', 'yes', '1', 'x\u001b[2J', 'ü'],
  none: null,
}

describe('json', () => {
  it('is one indented document with a line end', () => {
    expect(json({ a: [1] })).to.equal('{\n  "a": [\n    1\n  ]\n}\n')
  })

  it('has no raw controls', () => {
    expect(json({ a: '\u009b\u202e' })).to.equal('{\n  "a": "\\u009b\\u202e"\n}\n')
  })
})

describe('yaml', () => {
  it('says what json says', async () => {
    expect(load(await yaml(value))).to.deep.equal(JSON.parse(json(value)))
  })

  it('says it whatever the data, without anything that a terminal obeys', async () => {
    const text = fc.string({ unit: 'binary' })
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, fc.array(text)), async (strange) => {
        const document = await yaml(strange)
        expect(harmful.test(document)).to.equal(false)
        expect(load(document)).to.deep.equal(JSON.parse(json(strange)))
      }),
    )
    expect(await yaml({ a: 'b\nc\u202e\u{e0041}' })).to.equal('a: "b\\nc\\u202e\\U000e0041"\n')
  })
})
