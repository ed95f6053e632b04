/** Names for completion: of captures, kubeconfigs and clusters, kept for a moment, in time and without a failure. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Wanted } from '../src/complete/names.ts'
import { namesFrom } from '../src/names.ts'
import { startApiServer, token } from './fake/api-server.ts'
import type { FakeApiServer, Script } from './fake/api-server.ts'
import { captures } from './kpx.ts'

const capture = `${captures}/k1.37-iptables`

const listOf = (...names: readonly string[]): object => ({
  items: names.map((text) => {
    const [name, namespace] = text.split('/').toReversed()
    return { metadata: { name, namespace } }
  }),
})

describe('names', () => {
  let cache = ''
  let server: FakeApiServer | undefined

  const named = (kind: Wanted['kind'], flags: Readonly<Record<string, string>> = {}, namespace?: string) =>
    namesFrom({ XDG_CACHE_HOME: cache, HOME: captures })({ kind, namespace, flags: new Map(Object.entries(flags)) })

  async function live(script: Script): Promise<{ readonly kubeconfig: string }> {
    server = await startApiServer(script)
    return { kubeconfig: server.kubeconfig }
  }

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), 'kpx-names-'))
  })

  afterEach(async () => {
    rmSync(cache, { recursive: true })
    await server?.close()
    server = undefined
  })

  it('are those of a capture', async () => {
    const from = { from: capture }
    expect(await named('nodes', from)).to.deep.equal(['node1', 'node2'])
    expect(await named('services', from, 'default')).to.deep.equal(['default/kubernetes'])
    expect(await named('pods', from)).to.include('shop/client-9lzwx')
    expect(await named('revisions', from)).to.deep.equal([])
    expect(await named('contexts', from)).to.deep.equal([])
    expect(await named('daemonsets', from)).to.deep.equal(['kube-system/kube-proxy'])
    expect(readdirSync(cache)).to.deep.equal([])
  })

  it('are those of a file that is typed as a shell takes it', async () => {
    for (const home of ['~', '$HOME', '${HOME}'])
      expect(await named('nodes', { from: `${home}/k1.37-iptables` }), home).to.deep.equal(['node1', 'node2'])
    expect(await named('nodes', { from: '$HOMES/k1.37-iptables' })).to.deep.equal([])
  })

  it('of DaemonSets are of those that run kube-proxy', async () => {
    const of = (name: string, container: string): object => ({
      metadata: { name, namespace: 'kube-system' },
      spec: { template: { spec: { containers: [{ name: container }] } } },
    })
    const body = { items: [of('kube-proxy', 'kube-proxy'), of('node-exporter', 'exporter')] }
    expect(await named('daemonsets', await live({ get: () => ({ body }) }))).to.deep.equal(['kube-system/kube-proxy'])
  })

  it('are those of a cluster, asked for once', async () => {
    const at = await live({
      get: ({ pathname }) =>
        pathname === '/api/v1/services' ? { body: listOf('shop/web', 'default/dns') } : { body: listOf('shop/cart') },
    })
    for (const _ of [1, 2]) expect(await named('services', at)).to.deep.equal(['default/dns', 'shop/web'])
    expect(await named('services', at, 'shop')).to.deep.equal(['shop/cart'])
    expect(await named('services', { ...at, as: 'other' })).to.deep.equal(['default/dns', 'shop/web'])
    const all = '/api/v1/services'
    expect(server?.asked).to.deep.equal([all, '/api/v1/namespaces/shop/services', all])
  })

  it('leave out what is no name, and are asked for without the rest of the objects', async () => {
    let accepted: string | undefined = ''
    const evil = ['a;id', '$(id)', 'a b', '-o', 'A', '\u001b[2J', 'a\nb', '../x', 'shop/..']
    const at = await live({
      get: (_, { headers }) => {
        accepted = headers.accept
        return { body: listOf('node1', ...evil) }
      },
    })
    expect(await named('nodes', at)).to.deep.equal(['node1'])
    expect(accepted).to.match(/^application\/json;as=PartialObjectMetadataList;.*, application\/json$/)
  })

  it('are none where nobody answers in time, or may be asked', async () => {
    const hanging = await live({ get: () => 'hang' })
    let late = 0
    const names = namesFrom({ XDG_CACHE_HOME: cache }, { patience: 300, late: () => late++ })
    const flags = new Map(Object.entries(hanging))
    expect(await names({ kind: 'nodes', namespace: undefined, flags })).to.deep.equal([])
    expect(late).to.equal(1)
    // what was not found out is not kept: the next one may be answered
    expect(readdirSync(cache)).to.deep.equal([])
    await server?.close()
    const refusing = await live({ get: () => ({ status: 403, body: {} }) })
    expect(await named('nodes', refusing)).to.deep.equal([])
    expect(await named('revisions', refusing)).to.deep.equal([])
    expect(await named('nodes', { kubeconfig: join(cache, 'nowhere') })).to.deep.equal([])
    expect(await named('nodes', { from: join(cache, 'nowhere') })).to.deep.equal([])
    expect(await named('nodes', { local: '' })).to.deep.equal([])
  })

  it('of contexts are in the kubeconfig, and need no cluster', async () => {
    const kubeconfig = join(cache, 'config')
    const contexts = ['arn:aws:eks:eu-west-1:1:cluster/shop', 'user@test', 'two words', '$(id)'].map((name) => ({
      name,
      context: { cluster: 'a', user: 'b' },
    }))
    writeFileSync(kubeconfig, JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [], contexts, users: [] }))
    expect(await named('contexts', { kubeconfig })).to.deep.equal(['arn:aws:eks:eu-west-1:1:cluster/shop', 'user@test'])
  })

  it("are kept for a moment, where nobody else looks, and without the kubeconfig's secrets", async () => {
    const at = await live({ get: () => ({ body: listOf('node1') }) })
    await named('nodes', at)
    const file = join(cache, 'kpx/names.json')
    expect(statSync(join(cache, 'kpx')).mode & 0o777).to.equal(0o700)
    const kept = readFileSync(file, 'utf8')
    expect(kept).to.not.include(token)
    writeFileSync(
      file,
      kept.replace(/"at":\d+/, (at) => `"at":${Number(at.slice(5)) - 10_000}`),
    )
    await named('nodes', at)
    expect(server?.asked).to.have.length(2)
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object)).to.have.length(1)
  })

  it('do without a cache that cannot be read or written', async () => {
    const at = await live({ get: () => ({ body: listOf('node1') }) })
    writeFileSync(join(cache, 'kpx'), '')
    expect(await named('nodes', at)).to.deep.equal(['node1'])
    rmSync(join(cache, 'kpx'))
    await named('nodes', at)
    writeFileSync(join(cache, 'kpx/names.json'), '{"')
    expect(await named('nodes', at)).to.deep.equal(['node1'])
  })
})
