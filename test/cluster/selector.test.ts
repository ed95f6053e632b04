/** Label selectors, as kubectl reads them. */
import { expect } from 'chai'
import { parseSelector } from '../../src/cluster/selector.ts'

const labels = { app: 'web', env: 'a', empty: '' }

describe('a label selector', () => {
  for (const [selector, expected] of [
    ['', true],
    ['app=web', true],
    ['app==web', true],
    ['app=other', false],
    ['app = web, env = a', true],
    ['app=web,env=b', false],
    ['app!=other', true],
    ['missing!=other', true],
    ['missing=', false],
    ['empty=', true],
    ['app', true],
    ['missing', false],
    ['!missing', true],
    ['!app', false],
    ['env in (a, b)', true],
    ['env in (b,c),app=web', false],
    ['env notin (b,c),app', true],
    ['missing notin (b)', true],
    ['missing in (b)', false],
  ] as const) {
    it(`${JSON.stringify(selector)} ${expected ? 'selects' : 'does not select'} ${JSON.stringify(labels)}`, () => {
      expect(parseSelector(selector)(labels)).to.equal(expected)
    })
  }

  for (const selector of ['a=b=c', 'env in (a', 'env in a', 'a b', '=', 'a=b,,c', '(a)']) {
    it(`${JSON.stringify(selector)} is none`, () => {
      expect(() => parseSelector(selector)).to.throw('is no label selector')
    })
  }
})
