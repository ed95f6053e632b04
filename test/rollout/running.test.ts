/** What a kube-proxy says that it runs with, against what it should. */
import { expect } from 'chai'
import { connect } from '../../src/kube/connect.ts'
import { confirm, expectedOf } from '../../src/rollout/running.ts'
import type { Confirmation } from '../../src/rollout/running.ts'
import { startApiServer } from '../fake/api-server.ts'

const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\n'
const pod = {
  node: 'n',
  namespace: 'kube-system',
  name: 'p',
  uid: 'u',
  container: 'kube-proxy',
  isNew: true,
  ready: true,
  restarts: 0,
  fails: false,
  waits: '',
}

/** `told` is what it serves at /configz; undefined where nothing answers. */
async function confirmation(text: string, told: object | undefined, minor = 37): Promise<Confirmation | undefined> {
  const body = JSON.stringify({ 'kubeproxy.config.k8s.io': told })
  const answer = `HTTP/1.0 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  const server = await startApiServer({ forward: () => (told ? answer : undefined) })
  try {
    const options = { as: undefined, context: undefined, kubeconfig: server.kubeconfig }
    const before = { command: ['kube-proxy', '--config=/c'], config: head, version: `v1.${minor}.1` }
    const expected = expectedOf(before, { ...before, config: head + text }, minor)
    return await confirm(connect(options, 5000, {}), pod, expected)
  } finally {
    await server.close()
  }
}

const served = { apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration', mode: 'iptables' }

describe('a running kube-proxy', () => {
  it('confirms what it says, in whatever way it is written', async () => {
    const told = { ...served, iptables: { syncPeriod: '1m30s' }, nodePortAddresses: ['10.0.0.0/8'] }
    const text = 'iptables: {syncPeriod: 90s}\nnodePortAddresses: [10.0.0.0/8]\n'
    expect(await confirmation(text, told)).to.deep.equal({ confirmed: true, why: null })
  })

  it('denies what it runs without', async () => {
    expect(
      await confirmation('iptables: {syncPeriod: 90s}\n', { ...served, iptables: { syncPeriod: '30s' } }),
    ).to.deep.equal({
      confirmed: false,
      why: 'p runs with iptables.syncPeriod 30s, not 1m30s',
    })
  })

  it('is not asked about what is for another mode, which it forgets', async () => {
    const told = { ...served, ipvs: { syncPeriod: '0s' } }
    expect(await confirmation('ipvs: {syncPeriod: 90s}\n', told)).to.include({ confirmed: true })
  })

  it('is understood in the form of before 1.36', async () => {
    const own = { BindAddress: '0.0.0.0', Mode: 'iptables', IPTables: { SyncPeriod: '1m30s' }, DetectLocalMode: '' }
    expect(await confirmation('iptables: {syncPeriod: 90s}\n', own, 29)).to.include({ confirmed: true })
    expect(await confirmation('iptables: {syncPeriod: 60s}\n', own, 29)).to.include({
      why: 'p runs with iptables.syncPeriod 1m30s, not 1m0s',
    })
    const { IPTables: _own, ...moved } = { ...own, SyncPeriod: '1m30s', MinSyncPeriod: '1s' }
    expect(await confirmation('iptables: {syncPeriod: 90s}\n', moved, 33)).to.include({ confirmed: true })
  })

  it('leaves open what it does not tell, or in another form', async () => {
    expect(await confirmation('iptables: {syncPeriod: 90s}\n', served)).to.deep.equal({
      confirmed: null,
      why: 'p does not tell its iptables.syncPeriod',
    })
    expect(await confirmation('iptables: {syncPeriod: 90s}\n', { another: 'form' })).to.deep.include({
      confirmed: null,
    })
    expect(await confirmation('metricsBindAddress: 0.0.0.0\n', undefined)).to.equal(undefined)
  })
})
