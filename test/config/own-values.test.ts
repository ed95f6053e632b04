/** What kube-proxies answered at /configz in the form of their own type: recorded of 1.23.17, 1.29.6 and 1.33.13. */
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { effectiveSettings } from '../../src/config/effective.ts'
import { ownValues } from '../../src/config/own-values.ts'
import { lineOf } from '../../src/config/value.ts'

type Json = Record<string, unknown>

const told = (name: string): Json =>
  (JSON.parse(readFileSync(new URL(`configz/${name}.json`, import.meta.url), 'utf8')) as Record<string, Json>)[
    'kubeproxy.config.k8s.io'
  ] ?? {}

const linesOf = (own: Json, minor: number): Map<string, string> =>
  new Map([...ownValues(own, minor)].map(([path, value]) => [path, lineOf(value)]))

/** What they were started with. */
const config = (mode: string) => `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: ${mode}
bindAddress: 0.0.0.0
clusterCIDR: 10.244.0.0/16,fd00:10:244::/48
hostnameOverride: node1
clientConnection: {kubeconfig: /var/lib/kube-proxy/kubeconfig.conf}
conntrack: {maxPerCore: 0, tcpCloseWaitTimeout: 0s, tcpEstablishedTimeout: 0s}
`

/** What kube-proxy tells in another way: null, text that is empty, addresses for `primary`, and what is for another mode. */
const untold: Readonly<Record<string, readonly string[]>> = {
  '1.23-iptables': ['ipvs.excludeCIDRs', 'nodePortAddresses'],
  '1.29-iptables': ['ipvs.excludeCIDRs', 'logging.options.json.splitStream', 'logging.vmodule', 'nodePortAddresses'],
  '1.33-nftables': [
    'iptables.masqueradeAll',
    'iptables.minSyncPeriod',
    'iptables.syncPeriod',
    'ipvs.excludeCIDRs',
    'ipvs.minSyncPeriod',
    'ipvs.syncPeriod',
    'logging.options.json.splitStream',
    'logging.options.text.splitStream',
    'logging.vmodule',
    'nodePortAddresses',
    'portRange',
  ],
}

describe('a configuration in the form of kube-proxy’s own type', () => {
  for (const [name, expected] of Object.entries(untold)) {
    const [version = '', mode = ''] = name.split('-')
    const minor = Number(version.slice(2))

    it(`has the values that kube-proxy was started with: ${name}`, () => {
      const own = linesOf(told(name), minor)
      const started = { command: ['kube-proxy', '--config=/c'], config: config(mode), version: `v${version}.0` }
      const effective = [...(effectiveSettings(started)?.entries() ?? [])].filter(
        ([path]) => path !== 'detectLocalMode',
      )
      expect(effective.length).to.be.greaterThan(30)
      const [missing, wrong] = [[] as string[], [] as string[]]
      for (const [path, { value }] of effective) {
        const line = own.get(path)
        if (line === undefined) missing.push(path)
        else if (line !== lineOf(value)) wrong.push(`${path}: ${line}, not ${lineOf(value)}`)
      }
      expect({ wrong, missing: missing.sort() }).to.deep.equal({ wrong: [], missing: expected })
    })
  }

  it('has what each mode has of the mode that runs', () => {
    const own = { ...told('1.33-nftables'), SyncPeriod: '1m0s', Linux: { MasqueradeAll: true } }
    const mode = (name: string) => linesOf({ ...own, Mode: name }, 33)
    expect(mode('nftables').get('nftables.syncPeriod')).to.equal('1m0s')
    expect(mode('nftables').get('nftables.masqueradeAll')).to.equal('true')
    expect(mode('ipvs').get('ipvs.syncPeriod')).to.equal('1m0s')
    expect(mode('ipvs').get('iptables.masqueradeAll')).to.equal('true')
    expect(mode('iptables').get('iptables.minSyncPeriod')).to.equal('1s')
    expect(mode('iptables').get('nftables.syncPeriod')).to.equal(undefined)
  })

  it('has names of feature gates as they are, and addresses that cannot be for primary', () => {
    const own = { ...told('1.29-iptables'), FeatureGates: { AllAlpha: true }, NodePortAddresses: ['10.0.0.0/8'] }
    expect(linesOf(own, 29).get('featureGates')).to.equal('AllAlpha=true')
    expect(linesOf(own, 29).get('nodePortAddresses')).to.equal('[10.0.0.0/8]')
  })
})
