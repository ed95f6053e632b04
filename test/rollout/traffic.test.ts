/** What is said of the traffic before a change of the mode. */
import { expect } from 'chai'
import { trafficText } from '../../src/rollout/mode.ts'
import { asked } from '../check/asked.ts'
import { toNftables } from '../check/case.ts'
import { gone, replaced } from '../broken-capture.ts'

const slow = {
  'nodes/node1/metrics.txt': (text: string): string =>
    replaced(text, /^(kubeproxy_sync_full_proxy_rules_duration_seconds_sum{ip_family="IPv4"}) .*$/m, '$1 7.5'),
}

describe('the traffic of a change of the mode', () => {
  it('is said to go on, where nft is', async () => {
    const check = await asked(toNftables({}, 'exec'))
    expect(trafficText(check, { bridge: true })).to.equal(
      'a temporary table serves Services while the mode of a node changes; connections that there are go on',
    )
    expect(check.nodes.map(({ bridged }) => bridged)).to.deep.equal([true, true])
  })

  it('has a gap without a table, as long as kube-proxy takes for its rules', async () => {
    const quick = await asked(toNftables())
    expect(trafficText(quick, { bridge: false })).to.match(
      /new connections through each fail for about 2 s \(--no-bridge\)/,
    )
    const check = await asked(toNftables(slow))
    expect(check.nodes.map(({ gapSeconds }) => gapSeconds)).to.deep.equal([9, 2])
    expect(trafficText(check, { bridge: false })).to.include('about 9 s')
    const untold = await asked(toNftables({ 'nodes/node1/metrics.txt': gone, 'nodes/node2/metrics.txt': gone }))
    expect(trafficText(untold, { bridge: false })).to.include('for some seconds')
  })

  it('has a gap on nodes whose kube-proxy has no nft, which are named', async () => {
    const tools = {
      'nodes/node1/nft-version.txt': gone,
      'nodes/node1/ipset-version.txt': () => 'ipset v7.17, protocol version: 7\n',
    }
    const check = await asked(toNftables({ ...slow, ...tools }, 'exec'))
    expect(check.nodes.map(({ bridged }) => bridged)).to.deep.equal([false, true])
    expect(trafficText(check, { bridge: true })).to.include(
      'there is no nft for that table on node1: new connections through it fail for about 9 s',
    )
  })

  it('is left alone where every node is in that mode', async () => {
    expect(trafficText(await asked({ ...toNftables(), mode: 'iptables' }), { bridge: true })).to.include(
      'no rule goes away',
    )
  })
})
