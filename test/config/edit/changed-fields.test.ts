import { expect } from 'chai'
import { changedFields } from '../../../src/config/edit/changed-fields.ts'

describe('changedFields', () => {
  it('tells the fields, and their values as they would be written', () => {
    const before =
      'mode: ""\niptables: {masqueradeBit: 14}\nnodePortAddresses: null\nfeatureGates: {A: true, B: true}\n'
    const after =
      'iptables:\n  masqueradeBit: 0xe\n  syncPeriod: 1s\nnodePortAddresses: [a, "5"]\nfeatureGates: {A: false, B: true}\nfoo: {x: 1}\n'
    expect(changedFields(before, after)).to.deep.equal([
      { path: 'featureGates.A', before: 'true', after: 'false' },
      { path: 'foo', before: null, after: '{x: 1}' },
      { path: 'iptables.syncPeriod', before: null, after: '1s' },
      { path: 'mode', before: '""', after: null },
      { path: 'nodePortAddresses', before: null, after: '[a, "5"]' },
    ])
  })

  it('tells nothing of texts that cannot be read', () => {
    expect(changedFields('mode: [', 'mode: a\n')).to.deep.equal([])
    expect(changedFields('mode: a\n', '- a\n')).to.deep.equal([])
  })
})
