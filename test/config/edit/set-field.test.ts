import { expect } from 'chai'
import { setField } from '../../../src/config/edit/set-field.ts'
import { KpxError } from '../../../src/error.ts'
import { kubeadm } from './kubeadm.ts'

const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n'
const jsonHead = '"apiVersion":"kubeproxy.config.k8s.io/v1alpha1","kind":"KubeProxyConfiguration"'

type Case = readonly [text: string, path: string, value: string, expected: string]

/** Below apiVersion and kind. */
const cases: Record<string, readonly Case[]> = {
  'replaces a scalar and nothing around it': [
    ['mode: ipvs # why\n', 'mode', 'nftables', 'mode: nftables # why\n'],
    ['mode:   "ipvs"  \n', 'mode', 'nftables', 'mode:   "nftables"  \n'],
    ["mode: 'ipvs'", 'mode', "it's", "mode: 'it''s'"],
    ['mode: |-\n  ipvs\nx: 1\n', 'mode', 'nftables', 'mode: nftables\nx: 1\n'],
    ['mode: !!str ipvs\n', 'mode', '5', 'mode: !!str "5"\n'],
    ['iptables: {masqueradeBit: "14"}\n', 'iptables.masqueradeBit', '15', 'iptables: {masqueradeBit: 15}\n'],
  ],
  'puts a value behind the colon where there is none': [
    ['mode:\n', 'mode', 'ipvs', 'mode: ipvs\n'],
    ['mode: # none\n', 'mode', 'ipvs', 'mode: ipvs # none\n'],
    ['mode: null # none\n', 'mode', 'ipvs', 'mode: ipvs # none\n'],
    ['iptables: {masqueradeAll}\n', 'iptables.masqueradeAll', 'true', 'iptables: {masqueradeAll: true}\n'],
  ],
  'quotes what YAML 1.1 would take for something else': [
    ['', 'mode', 'on', 'mode: "on"\n'],
    ['', 'mode', '', 'mode: ""\n'],
    ['', 'bindAddress', '::', 'bindAddress: "::"\n'],
    ['', 'bindAddress', '0.0.0.0', 'bindAddress: 0.0.0.0\n'],
    ['', 'healthzBindAddress', '0.0.0.0:10256', 'healthzBindAddress: 0.0.0.0:10256\n'],
    ['', 'showHiddenMetricsForVersion', '1.36', 'showHiddenMetricsForVersion: "1.36"\n'],
    ['', 'configSyncPeriod', '0', 'configSyncPeriod: "0"\n'],
    ['', 'logging.flushFrequency', '5000000000', 'logging:\n  flushFrequency: 5000000000\n'],
    ['', 'oomScoreAdj', '0x10', 'oomScoreAdj: 0x10\n'],
    ['', 'hostnameOverride', 'a\nb', 'hostnameOverride: "a\\nb"\n'],
  ],
  'puts a new key among its siblings, in their order': [
    [
      'iptables:\n    # of all\n    masqueradeAll: true\n    syncPeriod: 1s\n',
      'iptables.masqueradeBit',
      '14',
      'iptables:\n    # of all\n    masqueradeAll: true\n    masqueradeBit: 14\n    syncPeriod: 1s\n',
    ],
    [
      'bindAddress: x\n\n# of the mode\nmode: ipvs\n',
      'iptables.masqueradeBit',
      '14',
      'bindAddress: x\n\niptables:\n  masqueradeBit: 14\n# of the mode\nmode: ipvs\n',
    ],
    [
      'mode: ipvs\nbindAddress: x\n# the end\n',
      'clusterCIDR',
      'x',
      'mode: ipvs\nbindAddress: x\nclusterCIDR: x\n# the end\n',
    ],
    ['mode: ipvs', 'oomScoreAdj', '5', 'mode: ipvs\noomScoreAdj: 5'],
    ['iptables: {}\n', 'iptables.masqueradeBit', '14', 'iptables: {masqueradeBit: 14}\n'],
    ['iptables:\n   # none\n', 'iptables.masqueradeBit', '14', 'iptables:\n  masqueradeBit: 14\n   # none\n'],
    ['featureGates: {A: true, C: true}\n', 'featureGates.B', 'false', 'featureGates: {A: true, B: false, C: true}\n'],
    [
      'ipvs:\n      scheduler: rr\n',
      'logging.options.text.splitStream',
      'true',
      'ipvs:\n      scheduler: rr\nlogging:\n      options:\n            text:\n                  splitStream: true\n',
    ],
  ],
  'keeps the lines of items that stay': [
    [
      'nodePortAddresses:\n- a # 1\n# of b\n-   b # 2\n',
      'nodePortAddresses',
      'b,c',
      'nodePortAddresses:\n# of b\n-   b # 2\n-   c\n',
    ],
    [
      'nodePortAddresses:\n  - a # 1\n  - b # 2\n',
      'nodePortAddresses',
      '[x, b]',
      'nodePortAddresses:\n  - x # 1\n  - b # 2\n',
    ],
    ['nodePortAddresses:\n  - a # 1\n', 'nodePortAddresses', '', 'nodePortAddresses: []\n'],
    ['nodePortAddresses: [a,\n  b]\n', 'nodePortAddresses', 'a,b,::/0', 'nodePortAddresses: [a,\n  b,\n  "::/0"]\n'],
    ['nodePortAddresses: []\n', 'nodePortAddresses', '10.0.0.0/8,5', 'nodePortAddresses: [10.0.0.0/8, "5"]\n'],
    [
      'logging:\n  vmodule:\n  - filePattern: a # 1\n    verbosity: 4\n',
      'logging.vmodule',
      'a=4,b=5',
      'logging:\n  vmodule:\n  - filePattern: a # 1\n    verbosity: 4\n  - filePattern: b\n    verbosity: 5\n',
    ],
  ],
  'sets all gates at once': [
    [
      'featureGates:\n  A: true # 1\n  B: true\n',
      'featureGates',
      'A=true,C=false',
      'featureGates:\n  A: true # 1\n  C: false\n',
    ],
    ['', 'featureGates', '{A: true}', 'featureGates:\n  A: true\n'],
    ['featureGates:\n  A: true\n', 'featureGates', '', 'featureGates: {}\n'],
  ],
  'replaces an alias, and overrides what is merged': [
    ['clusterCIDR: &m ipvs\nmode: *m\n', 'mode', 'nftables', 'clusterCIDR: &m ipvs\nmode: nftables\n'],
    [
      'ipvs: &i {syncPeriod: 1s}\niptables: {<<: *i}\n',
      'iptables.syncPeriod',
      '2s',
      'ipvs: &i {syncPeriod: 1s}\niptables: {<<: *i, syncPeriod: 2s}\n',
    ],
  ],
  'changes the one that counts of two': [['mode: a\nmode: b\n', 'mode', 'c', 'mode: a\nmode: c\n']],
  'leaves documents that are not read': [['mode: a\n---\nmode: b\n', 'mode', 'c', 'mode: c\n---\nmode: b\n']],
  'leaves a value that is the same': [['oomScoreAdj: 0x10\n', 'oomScoreAdj', '16', 'oomScoreAdj: 0x10\n']],
}

function refusal(text: string, path: string, value: string): KpxError {
  try {
    setField(text, path, value)
  } catch (error) {
    if (error instanceof KpxError) return error
    throw error
  }
  throw new Error(`${path}=${value} was not refused`)
}

describe('setField', () => {
  for (const [name, all] of Object.entries(cases)) {
    it(name, () => {
      for (const [text, path, value, expected] of all)
        expect(setField(head + text, path, value)).to.equal(head + expected)
    })
  }

  it('keeps CRLF', () => {
    const text = `${head}iptables:\n  syncPeriod: 1s\n`.replaceAll('\n', '\r\n')
    expect(setField(text, 'iptables.masqueradeBit', '14')).to.equal(
      text.replace('  syncPeriod', '  masqueradeBit: 14\r\n  syncPeriod'),
    )
  })

  it('writes JSON in JSON, as tight or as wide as it is', () => {
    expect(setField(`{${jsonHead}}`, 'iptables.masqueradeAll', 'yes')).to.equal(
      `{${jsonHead},"iptables":{"masqueradeAll":true}}`,
    )
    const wide = JSON.stringify(JSON.parse(`{${jsonHead},"logging":{"verbosity":2}}`), undefined, 2)
    const expected = JSON.stringify(
      JSON.parse(`{${jsonHead},"iptables":{"masqueradeBit":14},"logging":{"verbosity":2}}`),
      undefined,
      2,
    )
    expect(setField(wide, 'iptables.masqueradeBit', '14')).to.equal(expected)
  })

  it('changes one line of what kubeadm writes', () => {
    expect(setField(kubeadm, 'mode', 'nftables')).to.equal(kubeadm.replace('mode: ""', 'mode: "nftables"'))
    expect(setField(kubeadm, 'conntrack.min', '131072')).to.equal(kubeadm.replace('  min: null', '  min: 131072'))
    expect(setField(kubeadm, 'featureGates.ContextualLogging', 'false')).to.equal(
      kubeadm.replace('healthz', 'featureGates:\n  ContextualLogging: false\nhealthz'),
    )
  })

  it('never changes what others have too', () => {
    const texts: readonly (readonly [string, string])[] = [
      ['mode: &m ipvs\nclusterCIDR: *m\n', 'mode'],
      ['ipvs: &i\n  syncPeriod: 1s\niptables: *i\n', 'ipvs.syncPeriod'],
      ['ipvs: &i\n  syncPeriod: 1s\niptables: *i\n', 'iptables.syncPeriod'],
      ['iptables: 5\n', 'iptables.syncPeriod'],
    ]
    for (const [text, path] of texts) expect(refusal(head + text, path, '7s').code, text).to.equal('KPX2015')
    expect(refusal(`${head}mode: &m ipvs\nx: *m\n`, 'mode', 'a')).to.include({
      fix: 'edit it by hand: kpx edit configmap',
    })
  })

  it('refuses what is no field, and values that cannot be written', () => {
    expect(refusal(head, 'iptables', '{}').message).to.equal('iptables is a section and has no value of its own')
    expect(refusal(head, 'iptables.masqueradebit', '1').fix).to.contain('did you mean iptables.masqueradeBit')
    for (const [path, value] of [
      ['kind', 'x'],
      ['unknown', 'x'],
      ['oomScoreAdj', ''],
      ['clientConnection.qps', '.inf'],
      ['nodePortAddresses', '[a'],
      ['featureGates', 'A'],
      ['logging.vmodule', 'a'],
      ['mode', '\ud800'],
    ] as const) {
      expect(refusal(head, path, value).code, path).to.equal('KPX1001')
    }
  })

  it('refuses a text that is no configuration, and says where', () => {
    expect(refusal(`${head}mode: [\n`, 'mode', 'ipvs')).to.include({ code: 'KPX2001' })
    expect(refusal('kind: Pod\napiVersion: v1\n', 'mode', 'ipvs').message).to.contain('line 2, column 13')
  })
})
