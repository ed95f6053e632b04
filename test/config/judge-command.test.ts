import { expect } from 'chai'
import { effectiveSettings } from '../../src/config/effective.ts'
import { judgeCommand } from '../../src/config/judge-command.ts'

const found = (words: readonly string[], minor = 37): string[] =>
  judgeCommand(['kube-proxy', ...words], minor).problems.map(({ problem, word }) =>
    `${problem.code} ${word ?? '-'} ${problem.field ?? ''}`.trim(),
  )

describe('judgeCommand', () => {
  it('lets the flags through that count beside --config, and no others', () => {
    expect(found(['--config=/c', '--hostname-override=$(NODE_NAME)', '-v=4', '--master', 'https://a'])).to.deep.equal(
      [],
    )
    expect(found(['--config=/c', '--proxy-mode', 'ipvs', '--metrics-port=1'])).to.deep.equal([
      'KPX2012 2 mode',
      'KPX2012 4',
    ])
  })

  it('refuses flags that the release does not have, and wrong values', () => {
    expect(found(['--config=/c', '--udp-timeout=1s'])).to.deep.equal(['KPX2014 2'])
    expect(found(['--config=/c', '--udp-timeout=1s'], 25)).to.deep.equal(['KPX2012 2 udpIdleTimeout'])
    expect(
      found(['--conntrack-min=x', '--ipvs-strict-arp=maybe', '--bind-address=h', '--enable-dsr', '--logtostderr']),
    ).to.have.length(5)
    expect(found(['--kubeconfig'])).to.deep.equal(['KPX2014 1'])
    expect(found(['--logtostderr'], 25)).to.deep.equal([])
  })

  it('validates what flags alone say, at the flag', () => {
    expect(found(['--proxy-mode=ipvs', '--conntrack-min=-1'], 34)).to.deep.equal(['KPX2005 2 conntrack.min'])
    expect(found(['--cluster-cidr=10.0.0.0/8', '--proxy-mode=nftables', '--nodeport-addresses=primary'])).to.deep.equal(
      [],
    )
  })
})

describe('effectiveSettings', () => {
  const config =
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\nhostnameOverride: a\n'
  const settingOf = (path: string, command: string[], text: string | undefined = config) =>
    effectiveSettings({ command: ['kube-proxy', ...command], config: text, version: 'v1.37.1' })?.get(path)

  it('says of each value where it comes from', () => {
    const command = ['--config=/c', '--hostname-override=b', '--proxy-mode=nftables']
    expect(settingOf('mode', command)).to.deep.equal({ value: 'ipvs', origin: 'file' })
    expect(settingOf('hostnameOverride', command)).to.deep.equal({ value: 'b', origin: 'flag' })
    expect(settingOf('iptables.masqueradeBit', command)).to.deep.equal({ value: 14, origin: 'default' })
    expect(settingOf('bindAddress', command)).to.deep.equal({ value: '0.0.0.0', origin: 'node' })
  })

  it('takes flags where there is no file', () => {
    expect(settingOf('conntrack.maxPerCore', ['--conntrack-max-per-core=0'])).to.deep.equal({
      value: 0,
      origin: 'flag',
    })
    expect(settingOf('featureGates', ['--feature-gates=ContextualLogging=false'])?.value).to.deep.equal(
      new Map([['ContextualLogging', false]]),
    )
    expect(settingOf('nodePortAddresses', ['--nodeport-addresses=a,b', '--nodeport-addresses=c'])?.value).to.deep.equal(
      ['a', 'b', 'c'],
    )
  })

  it('has none where the file was not seen or cannot be read', () => {
    expect(
      effectiveSettings({ command: ['kube-proxy', '--config=/c'], config: undefined, version: 'v1.37.1' }),
    ).to.equal(undefined)
    expect(settingOf('mode', ['--config=/c'], 'mode: [')).to.equal(undefined)
  })
})
