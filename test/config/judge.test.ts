/** What the oracle (npm run oracle) confirmed, in small. */
import { expect } from 'chai'
import { judge } from '../../src/config/judge.ts'

const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n'

/** `CODE field` of everything but the reminder to name a mode. */
const found = (text: string, minor: number): string[] =>
  judge(text, minor)
    .problems.filter(({ code }) => code !== 'KPX2010')
    .map(({ code, field = '-' }) => `${code} ${field}`)

const says = (text: string, minor: number): string[] =>
  judge(head + text, minor).problems.flatMap(({ refused }) => (refused ? [refused.says] : []))

type Case = readonly [yaml: string, minors: readonly number[], expected: readonly string[]]

const all = [19, 23, 28, 30, 31, 33, 36, 37]

const cases: readonly Case[] = [
  ['', all, []],
  ['mode: iptables', all, []],
  ['mode: IPVS', all, ['KPX2005 mode']],
  ['mode: userspace', [26, 37], ['KPX2005 mode']],
  ['mode: userspace', [19, 22], []],
  ['mode: nftables', [28, 29, 30], ['KPX2005 mode']],
  ['mode: nftables', [31, 33, 37], []],
  ['mode: nftables\nfeatureGates: {NFTablesProxyMode: true}', [29, 30], []],
  ['mode: ipvs\nfeatureGates: {KubeProxyIPVS: false}', [37], ['KPX2005 mode', 'KPX2011 featureGates.KubeProxyIPVS']],
  ['mode: ipvs', [34], []],
  ['featureGates: {DRAConsumableCapacity: false}', [37], []],
  ['mode: ipvs', [35, 37], ['KPX2011 mode']],
  ['mode: on', all, ['KPX2004 mode']],
  ['bindAddress: 10.10.12.11:2000', all, ['KPX2005 bindAddress']],
  ['bindAddress: 010.0.0.1', all, []],
  ['healthzBindAddress: 0.0.0.0', all, []],
  ['healthzBindAddress: "10.10.10.10:0"', all, ['KPX2005 healthzBindAddress']],
  ['metricsBindAddress: "10.10.10.10:65536"', all, ['KPX2005 metricsBindAddress']],
  ['metricsBindAddress: 123.456.789.10:foo', all, ['KPX2005 metricsBindAddress', 'KPX2005 metricsBindAddress']],
  ['iptables: {masqueradeBit: -10}', all, ['KPX2005 iptables.masqueradeBit']],
  ['iptables: {minSyncPeriod: 5s, syncPeriod: 1s}', all, ['KPX2005 iptables.minSyncPeriod']],
  [
    'mode: ipvs\niptables: {syncPeriod: -1s}',
    [30],
    ['KPX2005 iptables.minSyncPeriod', 'KPX2005 iptables.syncPeriod', 'KPX2009 iptables.syncPeriod'],
  ],
  ['mode: ipvs\niptables: {syncPeriod: -1s}', [31], ['KPX2009 iptables.syncPeriod']],
  ['conntrack: {maxPerCore: -1, min: -1}', all, ['KPX2005 conntrack.maxPerCore', 'KPX2005 conntrack.min']],
  ['clusterCIDR: 10.0.0.0/8,10.1.0.0/16', [19, 30, 31], ['KPX2005 clusterCIDR']],
  ['clusterCIDR: "10.0.0.0/8, fd00::/48"', [23, 31], ['KPX2005 clusterCIDR']],
  ['clusterCIDR: x\ndetectLocalMode: NodeCIDR', [30], ['KPX2005 clusterCIDR', 'KPX2009 clusterCIDR']],
  ['clusterCIDR: x\ndetectLocalMode: NodeCIDR', [31], ['KPX2009 clusterCIDR']],
  ['detectLocalMode: Guess', [19, 27, 28, 37], ['KPX2005 detectLocalMode']],
  ['detectLocalMode: BridgeInterface', [24, 31], ['KPX2005 detectLocal.bridgeInterface']],
  ['nodePortAddresses: [10.0.0.0/0, 1.2.3]', [19], ['KPX2005 nodePortAddresses']],
  ['nodePortAddresses: [10.0.0.0/0, 1.2.3]', [20, 31, 37], ['KPX2005 nodePortAddresses[1]']],
  [
    'nodePortAddresses: ["::0", "::1", "2001:db8::/32"]',
    [30, 37],
    ['KPX2005 nodePortAddresses[0]', 'KPX2005 nodePortAddresses[1]'],
  ],
  ['nodePortAddresses: [primary, 127.0.0.1/32]', [31, 36], ['KPX2005 nodePortAddresses[0]']],
  ['nodePortAddresses: [primary, 127.0.0.1/32, localhost]', [37], []],
  ['nodePortAddresses: [all, all]', [37], ['KPX2005 nodePortAddresses[1]']],
  ['ipvs: {scheduler: mh}\nmode: ipvs', [26], ['KPX2005 ipvs.scheduler']],
  ['ipvs: {scheduler: mh}\nmode: ipvs', [27], []],
  ['portRange: 5-1', [30], ['KPX2005 portRange', 'KPX2009 portRange']],
  ['portRange: 5-1', [31], ['KPX2009 portRange']],
  ['showHiddenMetricsForVersion: "1.36"', [37], []],
  ['showHiddenMetricsForVersion: "1.36"', [36], ['KPX2005 showHiddenMetricsForVersion']],
  ['featureGates: {Foo: true}', all, ['KPX2006 featureGates.Foo']],
  [
    'featureGates: {IPv6DualStack: false}',
    [23],
    ['KPX2006 featureGates.IPv6DualStack', 'KPX2011 featureGates.IPv6DualStack'],
  ],
  ['featureGates: {IPv6DualStack: true}', [25], ['KPX2006 featureGates.IPv6DualStack']],
  ['logging: {format: xml}', [28, 37], ['KPX2005 logging.format']],
  ['logging: {format: xml}', [27], ['KPX2007 logging']],
  ['logging: {flushFrequency: -1s}', [37], ['KPX2005 logging.flushFrequency']],
  ['iptables: {syncPeriod: 30}', all, ['KPX2004 iptables.syncPeriod']],
  ['iptables: {syncPeriod: null}', all, ['KPX2004 iptables.syncPeriod']],
  ['conntrack: {tcpCloseWaitTimeout: null, min: ~}', all, []],
  ['iptables: {syncPeriod: 0s, minSyncPeriod: 0s}', all, []],
  ['nodePortAddresses: primary', all, ['KPX2004 nodePortAddresses']],
  ['oomScoreAdj: "5"', all, ['KPX2004 oomScoreAdj']],
  ['oomScoreAdj: 010', all, []],
  ['iptables: []', all, ['KPX2004 iptables']],
  ['Mode: ipvs', all, ['KPX2007 Mode']],
  ['conntrack: {max: 5}', all, ['KPX2007 conntrack.max']],
  ['udpIdleTimeout: 1s', [26], ['KPX2007 udpIdleTimeout']],
  ['mode: ipvs\nmode: iptables', all, ['KPX2008 mode']],
  ['nftables: {skipKernelVersionCheck: true}', [37], ['KPX2007 nftables.skipKernelVersionCheck']],
  ['ipvs: {strictARP: true}', all, ['KPX2009 ipvs.strictARP']],
  ['ipvs: {strictARP: false, syncPeriod: 0s, scheduler: ""}\nwinkernel: {enableDSR: false}', all, []],
  ['conntrack: {maxPerCore: 0, min: 5}', all, ['KPX2009 conntrack.min']],
  ['---\nmode: nftables', all, ['KPX2013 -']],
]

describe('judge', () => {
  for (const [yaml, minors, expected] of cases) {
    for (const minor of minors) {
      it(`1.${minor}: ${JSON.stringify(yaml)}`, () => expect(found(`${head}${yaml}\n`, minor)).to.deep.equal(expected))
    }
  }

  it('speaks in the words of each release', () => {
    const bad = 'conntrack: {min: -1}\n'
    expect(says(bad, 30)).to.deep.equal([
      'KubeProxyConfiguration.KubeProxyConntrackConfiguration.Min: Invalid value: must be greater than or equal to 0',
    ])
    expect(says(bad, 31)).to.deep.equal([
      'KubeProxyConfiguration.KubeProxyLinuxConfiguration.KubeProxyConntrackConfiguration.Min: Invalid value: must be greater than or equal to 0',
    ])
    expect(says('mode: x', 27)[0]).to.contain('must be iptables,ipvs or blank')
    expect(says('mode: x', 28)[0]).to.contain('must be iptables, ipvs or blank')
  })

  it('tells the first error of the decoder, which goes through sorted keys', () => {
    const text = 'mode: 5\niptables: {masqueradeBit: x}\n'
    const first = 'json: cannot unmarshal string into Go struct field iptables.masqueradeBit'
    expect(says(text, 37)).to.deep.equal([first, first])
    expect(says(`${text}conntrack: {udpTimeout: 1x}\n`, 37)[0]).to.equal('time: unknown unit "x" in duration "1x"')
  })

  it('refuses what is no configuration', () => {
    const texts: Record<string, string> = {
      '': 'KPX2001 -',
      '# nothing\n': 'KPX2001 -',
      'mode: [': 'KPX2001 -',
      'a:\n\t- b\n': 'KPX2001 -',
      'a: *nope\n': 'KPX2001 -',
      '- a\n': 'KPX2002 -',
      'mode: ipvs\n': 'KPX2002 -',
      '{mode: ipvs}': 'KPX2001 -',
      [head.replace('KubeProxy', 'Kubelet')]: 'KPX2002 -',
      [head.replace('v1alpha1', 'v1alpha2')]: 'KPX2002 -',
      [`${head}~: x\n`]: 'KPX2001 -',
    }
    for (const [text, expected] of Object.entries(texts)) expect(found(text, 37), text).to.deep.equal([expected])
  })

  it('takes kind and apiVersion in any case, and says that they are not fields', () => {
    expect(found(head.replace('kind', 'KIND'), 37)).to.deep.equal(['KPX2007 KIND'])
  })

  it('reads JSON, where the first of two keys is decoded too', () => {
    const text =
      '{"apiVersion":"kubeproxy.config.k8s.io/v1alpha1","kind":"KubeProxyConfiguration","mode":5,"mode":"ipvs"}'
    expect(found(text, 34)).to.deep.equal(['KPX2004 mode', 'KPX2008 mode'])
  })

  it('ends with aliases that explode, in little time', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]\n`,
    )
    expect(found(`${head}a0: &a0 [x, x]\n${levels.join('')}`, 37)).to.deep.equal(['KPX2001 -'])
  })

  it('reads a megabyte', () => {
    const text = `${head}hostnameOverride: a\n${'# comment and comment\n'.repeat(50_000)}`
    expect(found(text, 37)).to.deep.equal([])
  })

  it('fills in defaults as kube-proxy does', () => {
    const valueOf = (text: string, minor: number, path: string): unknown =>
      judge(head + text, minor).settings?.get(path)?.value
    expect(valueOf('', 37, 'healthzBindAddress')).to.equal('0.0.0.0:10256')
    expect(valueOf('bindAddress: "::"', 37, 'metricsBindAddress')).to.equal('[::1]:10249')
    expect(valueOf('metricsBindAddress: "::"', 37, 'metricsBindAddress')).to.equal('[::]:10249')
    expect(valueOf('clientConnection: {burst: 0}', 37, 'clientConnection.burst')).to.equal(10)
    expect(valueOf('conntrack: {min: 0}', 37, 'conntrack.min')).to.equal(0)
    expect(valueOf('mode: nftables', 31, 'nodePortAddresses')).to.deep.equal(['primary'])
    expect(valueOf('iptables: {syncPeriod: 1m30s}', 37, 'iptables.syncPeriod')).to.equal(90_000_000_000n)
    expect(valueOf('clientConnection: {burst: 1e1}', 37, 'clientConnection.burst')).to.equal(10)
  })
})
