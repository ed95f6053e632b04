import { expect } from 'chai'
import type { ServiceExplanation } from '../../src/answer/explain-service.ts'
import type { ServiceList } from '../../src/answer/services.ts'
import { captures, kpx } from '../kpx.ts'

const from = ['--from', `${captures}/k1.33-nftables`]
const services = async (...argv: string[]) => kpx<ServiceList>('services', ...argv, ...from)

describe('kpx services', () => {
  it('lists every Service with its pods within 100 columns, nodes that agree once', async () => {
    const { stdout, exit } = await services()
    expect(exit).to.equal(0)
    expect(stdout).to.match(/^default\/kubernetes +ClusterIP 10\.96\.0\.1:443\/TCP +all +100% +10\.200\.0\.1:6443$/m)
    expect(stdout).to.match(/^shop\/cart-itp .* node1 +100% {2}cart-\S+ +node1\n +node2 +100% {2}dropped$/m)
    expect(stdout).to.match(/^shop\/idle +NodePort 30520\/TCP +all +100% {2}refused$/m)
    expect(stdout.split('\n').filter((line) => line.length > 100)).to.deep.equal([])
  })

  it('lists one namespace, one node, and names', async () => {
    expect((await services('-n', 'default')).result?.items.map(({ node, service }) => [service, node])).to.deep.equal([
      ['default/kubernetes', 'node1'],
      ['default/kubernetes', 'node2'],
    ])
    const one = await services('--node', 'node2', '-o', 'name')
    expect(one.stdout).to.match(/^service\/default\/kubernetes\nservice\/shop\/cart\n/)
    expect(one.result?.items.every(({ node }) => node === 'node2')).to.equal(true)
  })

  it('cuts long lists of endpoints with a count', async () => {
    const { stdout } = await services('-n', 'shop', '--limit', '1')
    expect(stdout).to.match(/^shop\/web +ClusterIP 10\S+ +all +33\.3% {2}web-\S+ +node1\n +and 2 more\n/m)
    expect(stdout).to.match(/\nlists of more than 1 endpoints are cut \(--limit 0 shows all\)\n$/)
    expect((await services('--limit', '3')).stdout).to.equal((await services('--limit', '0')).stdout)
  })

  it('agrees with explain service', async () => {
    const { items } = JSON.parse((await services('-o', 'json')).stdout) as ServiceList
    const explained = new Map<string, ServiceExplanation | undefined>()
    for (const { endpoints, family, from: sender, ip, kind, node, port, protocol, service, verdict } of items) {
      if (!explained.has(service)) {
        explained.set(service, (await kpx<ServiceExplanation>('explain', 'service', service, ...from)).result)
      }
      const frontends = explained.get(service)?.ports.flatMap((one) => (one.protocol === protocol ? one.frontends : []))
      const same = frontends?.find(
        (one) => one.kind === kind && one.ip === ip && one.port === port && one.family === family,
      )
      const own = same?.nodes.find((one) => one.node === node)
      const by = Object.entries(own?.senders ?? {}).find(([, label]) => label === sender)?.[0] as 'pod'
      const outcomes = own?.from[by]
      expect(outcomes?.flatMap(({ endpoint, share }) => (endpoint ? [{ ...endpoint, share }] : []))).to.deep.equal(
        endpoints,
      )
      expect(outcomes?.[0]?.verdict).to.equal(verdict)
    }
    expect(items.length).to.be.greaterThan(40)
  })

  it('exits 2 for a namespace without Services, and names those that have some', async () => {
    const { stderr, exit } = await services('-n', 'shopp')
    expect(stderr).to.include('(KPX1005)').and.include('choose one of default, shop')
    expect(exit).to.equal(2)
  })

  it('exits 3 without the API’s objects, which is not the same as no Services', async () => {
    const { stderr, exit } = await kpx('services', '--from', `${captures}/k1.37-ipvs/nodes/node3`)
    expect([stderr.includes('(KPX1009)'), exit]).to.deep.equal([true, 3])
  })
})
