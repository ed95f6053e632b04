/** What is wrong on a node after a change, and was not before. */
import { expect } from 'chai'
import { finding } from '../../src/answer/finding.ts'
import type { Finding } from '../../src/answer/finding.ts'
import { newErrors, wrongIn } from '../../src/rollout/node-look.ts'
import type { NodeLook } from '../../src/rollout/node-look.ts'

const lookOf = (...errors: readonly Finding[]): NodeLook => ({ seen: undefined, errors, blind: undefined })

const missing = (...affects: readonly string[]): Finding =>
  finding('KPX3006', { message: 'no packets', affects: [...affects] })

describe('what a change has broken', () => {
  const codes = (now: NodeLook, before: NodeLook): string[] =>
    newErrors(now, wrongIn(before)).map(({ affects = [], code }) => `${code} ${affects.join()}`)

  it('is what was not wrong before', () => {
    expect(codes(lookOf(missing('shop/web')), lookOf())).to.deep.equal(['KPX3006 shop/web'])
    expect(codes(lookOf(missing('shop/web')), lookOf(missing('shop/web')))).to.deep.equal([])
    expect(codes(lookOf(), lookOf(missing('shop/web')))).to.deep.equal([])
  })

  it('is the same finding where it affects other Services than before', () => {
    const before = lookOf(missing('shop/web', 'shop/cart'))
    expect(codes(lookOf(missing('shop/web')), before)).to.deep.equal([])
    expect(codes(lookOf(missing('shop/web', 'shop/db')), before)).to.deep.equal(['KPX3006 shop/web,shop/db'])
  })

  it('is none of a finding that affected more Services than are kept', () => {
    const many = Array.from({ length: 21 }, (_, i) => `shop/s${i}`)
    expect(wrongIn(lookOf(missing(...many)))).to.deep.equal([{ code: 'KPX3006', affects: null }])
    expect(codes(lookOf(missing('shop/new')), lookOf(missing(...many)))).to.deep.equal([])
  })
})
