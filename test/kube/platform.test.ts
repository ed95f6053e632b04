/** What says whose kube-proxy it is, read from a live cluster and kept in captures. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Status } from '../../src/answer/status/status.ts'
import type { Script } from '../fake/api-server.ts'
import { recordedCluster } from '../fake/recorded-cluster.ts'
import { kpx } from '../kpx.ts'
import { asked, closeServer, live } from './access/live.ts'

const cluster = recordedCluster('k1.33-iptables')

const cilium = {
  metadata: { name: 'cilium-config', namespace: 'kube-system' },
  data: { 'kube-proxy-replacement': 'true', 'etcd-config': 'a-secret' },
}
const felix = { kind: 'FelixConfiguration', metadata: { name: 'default' }, spec: { bpfEnabled: true } }

const objects: Readonly<Record<string, unknown>> = {
  '/apis': { kind: 'APIGroupList', groups: [{ name: 'apps' }, { name: 'crd.projectcalico.org' }] },
  '/api/v1/namespaces/kube-system/configmaps/cilium-config': cilium,
  '/apis/crd.projectcalico.org/v1/felixconfigurations/default': felix,
}

/** With these answers before those of the recording. */
const withObjects = (answer: (path: string) => ReturnType<NonNullable<Script['get']>>): Script => ({
  ...cluster,
  get: (url, request) => answer(url.pathname) ?? cluster.get(url, request),
})

const both = withObjects((path) => (Object.hasOwn(objects, path) ? { body: objects[path] } : undefined))

const namesIn = ({ config }: Status): string[] =>
  [config.platform, ...config.otherPlatforms].flatMap((one) => one?.name ?? [])

describe('the platform of a live cluster', () => {
  afterEach(closeServer)

  it('is told by ConfigMaps and resources of others, and as well by a capture of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kpx-platform-'))
    try {
      const { exit, stderr } = await live(both, 'capture', join(folder, 'capture'))
      expect(exit, stderr).to.equal(0)
      const { stdout } = await kpx('status', '-o', 'json', '--from', join(folder, 'capture'))
      expect(readFileSync(join(folder, 'capture/objects/configmaps.json'), 'utf8')).to.not.include('a-secret')
      expect(namesIn(JSON.parse(stdout) as Status)).to.deep.equal(['Calico eBPF', 'Cilium'])
    } finally {
      rmSync(folder, { recursive: true })
    }
    const status = JSON.parse((await live(both, 'status', '-o', 'json')).stdout) as Status
    expect(namesIn(status)).to.deep.equal(['Calico eBPF', 'Cilium'])
    expect(status.findings.map(({ code }) => code)).to.include('KPX4004')
  })

  it('is told by the same where only the configuration is asked for', async () => {
    const { stdout } = await live(both, 'config', 'show')
    expect(stdout).to.include('# Cilium: it serves the Services').and.include('# Calico eBPF: ')
  })

  it('is told without what may not be read, and Calico is not asked for where there is none', async () => {
    const forbidden = { status: 403, body: { message: 'forbidden' } }
    const signs = /^\/apis$|configmaps\/(?!kube-proxy$)/
    const ran = await live(
      withObjects((path) => (signs.test(path) ? forbidden : undefined)),
      'status',
      '-o',
      'json',
    )
    const { config } = JSON.parse(ran.stdout) as Status
    expect([ran.exit, config.platform]).to.deep.equal([0, null])
    expect(config.looked).to.include('not seen: API groups')
    expect(asked().filter((path) => path.includes('felixconfigurations'))).to.deep.equal([])
  })
})
