import { expect } from 'chai'
import { unsetField } from '../../../src/config/edit/unset-field.ts'
import { KpxError } from '../../../src/error.ts'

const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n'

type Case = readonly [text: string, path: string, expected: string]

const cases: Record<string, readonly Case[]> = {
  'removes the lines of the key, and the comment behind it': [
    ['# of the mode\nmode: ipvs # why\nx: 1\n', 'mode', '# of the mode\nx: 1\n'],
    ['x: 1\nmode: ipvs', 'mode', 'x: 1'],
    ['nodePortAddresses:\n- a\n- b # 2\nx: 1\n', 'nodePortAddresses', 'x: 1\n'],
    ['mode: |\n  ipvs\n\nx: 1\n', 'mode', '\nx: 1\n'],
  ],
  'removes a section with what is in it': [
    ['iptables:\n  # of it\n  syncPeriod: 1s\n  # at its end\nx: 1\n', 'iptables', 'x: 1\n'],
    ['iptables:\nx: 1\n', 'iptables', 'x: 1\n'],
  ],
  'removes a block section that has nothing else, and leaves brackets': [
    ['logging:\n  options:\n    text:\n      splitStream: true\nx: 1\n', 'logging.options.text.splitStream', 'x: 1\n'],
    ['iptables: {syncPeriod: 1s}\n', 'iptables.syncPeriod', 'iptables: {}\n'],
    ['iptables: {a: 1, syncPeriod: 1s, b: 2}\n', 'iptables.syncPeriod', 'iptables: {a: 1, b: 2}\n'],
    ['iptables: {\n  a: 1, # 1\n  syncPeriod: 1s # 2\n}\n', 'iptables.syncPeriod', 'iptables: {\n  a: 1 # 1\n}\n'],
  ],
  'removes keys that no release knows': [
    ['Mode: ipvs\nmode: ipvs\n', 'Mode', 'mode: ipvs\n'],
    ['conntrack:\n  max: 5\n  min: 1\n', 'conntrack.max', 'conntrack:\n  min: 1\n'],
    [
      'logging:\n  vmodule:\n  - foo: 1\n    filePattern: a\n',
      'logging.vmodule[0].foo',
      'logging:\n  vmodule:\n  - filePattern: a\n',
    ],
  ],
  'removes every occurrence': [['mode: a\nx: 1\nmode: b\n', 'mode', 'x: 1\n']],
  'removes one gate': [['featureGates:\n  A: true\n  B: true\n', 'featureGates.A', 'featureGates:\n  B: true\n']],
  'leaves a text that does not have the field': [
    ['mode: a\n---\niptables: {}\n', 'iptables', 'mode: a\n---\niptables: {}\n'],
    ['mode: a\n', 'featureGates.A', 'mode: a\n'],
  ],
}

const codeOf = (text: string, path: string): string => {
  try {
    unsetField(text, path)
    return 'none'
  } catch (error) {
    return error instanceof KpxError ? error.code : String(error)
  }
}

describe('unsetField', () => {
  for (const [name, all] of Object.entries(cases)) {
    it(name, () => {
      for (const [text, path, expected] of all) expect(unsetField(head + text, path)).to.equal(head + expected)
    })
  }

  it('keeps the bytes of an ending without a line break with CRLF', () => {
    const text = `${head}x: 1\nmode: ipvs`.replaceAll('\n', '\r\n')
    expect(unsetField(text, 'mode')).to.equal(text.replace('\r\nmode: ipvs', ''))
  })

  it('refuses what others need, and what is merged', () => {
    expect(codeOf(`${head}mode: &m ipvs\nx: *m\n`, 'mode')).to.equal('KPX2015')
    expect(codeOf(`${head}ipvs: &i {syncPeriod: 1s}\niptables: {<<: *i}\n`, 'iptables.syncPeriod')).to.equal('KPX2015')
  })

  it('refuses a path that is neither in the text nor a field', () => {
    expect(codeOf(head, 'Mode')).to.equal('KPX1001')
    expect(codeOf(head, 'kind')).to.equal('KPX1001')
    expect(codeOf('mode: [', 'mode')).to.equal('KPX2001')
  })
})
