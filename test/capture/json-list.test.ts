/** Items one after the other are those of the whole list. */
import { expect } from 'chai'
import fc from 'fast-check'
import { parseJsonList } from '../../src/capture/json-list.ts'
import { KpxError } from '../../src/error.ts'

const read = (text: string): readonly unknown[] | undefined => {
  const items = parseJsonList(Buffer.from(text), 'pods.json')
  return items && [...items]
}

/** What JSON.parse says of the whole text; its items, or that it throws. */
function expected(text: string): readonly unknown[] | 'no JSON' | undefined {
  try {
    const { items } = Object(JSON.parse(text)) as { items?: unknown }
    return Array.isArray(items) ? items : undefined
  } catch {
    return 'no JSON'
  }
}

function expectAlike(text: string): void {
  const items = expected(text)
  if (items === 'no JSON')
    expect(() => read(text), text)
      .to.throw(KpxError)
      .with.property('code', 'KPX1008')
  else expect(read(text), text).to.deep.equal(items)
}

describe('a list of objects', () => {
  it('has the items that JSON.parse finds, whatever stands in and around them', () => {
    const value = fc.jsonValue({ maxDepth: 3 })
    const list = fc.record({ kind: fc.string(), items: fc.array(value), metadata: value }, { requiredKeys: ['items'] })
    const indent = fc.constantFrom(undefined, 2)
    fc.assert(fc.property(list, indent, (one, blanks) => expectAlike(JSON.stringify(one, null, blanks))))
    fc.assert(fc.property(value, (one) => expectAlike(JSON.stringify(one))))
  })

  it('is as broken as JSON.parse finds it, wherever it is cut or damaged', () => {
    const text = JSON.stringify({
      kind: 'List',
      items: [{ a: ['x,]}"'] }, { items: [1, { b: '\\' }] }, null],
      z: { items: [] },
    })
    for (let at = 0; at <= text.length; at++) {
      expectAlike(text.slice(0, at))
      for (const other of ['"', ',', ']', '}', '{', '[', '\\', ' '])
        expectAlike(text.slice(0, at) + other + text.slice(at + 1))
    }
  })

  it('is the last one of its name, as for every reader of JSON', () => {
    for (const text of [
      '{"items":[1],"items":[2,3]}',
      '{"items":[1],"item\\u0073":[2]}',
      '{"item\\u0073":[1,2]}',
      '{"items":[1],"items":5}',
      '{"items" :\n[ ] }',
      '{"items":[1,]}',
      '[{"items":[1]}]',
    ])
      expectAlike(text)
  })
})
