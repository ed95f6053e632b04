import { expect } from 'chai'
import { load } from 'js-yaml'
import { json, yaml } from '../../src/view/json.ts'

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

  it('has no raw controls', async () => {
    expect(await yaml(value)).not.to.contain('\u001b')
  })
})
