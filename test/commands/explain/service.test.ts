import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { destinationAt } from '../../../src/answer/frontend.ts'
import type { ServiceExplanation } from '../../../src/answer/explain-service.ts'
import { sceneOf } from '../../../src/answer/scene.ts'
import { traceItems } from '../../../src/answer/trace.ts'
import { readCapture } from '../../../src/capture/read.ts'
import { formatIpPort } from '../../../src/ruleset/address.ts'
import { captures, kpx } from '../../kpx.ts'

const recordings = readdirSync(captures).filter((file) => file.startsWith('k'))
const explain = async (recording: string, ...argv: string[]) =>
  kpx<ServiceExplanation>('explain', 'service', ...argv, '--from', `${captures}/${recording}`)

describe('kpx explain service', () => {
  it('shows who gets the traffic of every frontend within 100 columns', async () => {
    const { stdout, exit } = await explain('k1.37-iptables', 'web-lb', '-n', 'shop')
    expect(exit).to.equal(0)
    expect(stdout).to.match(/^Service: +shop\/web-lb\nType: +LoadBalancer\nModes: +iptables on node1, node2\n/)
    for (const frontend of [
      'ClusterIP 10.96.50.206:80',
      'ExternalIP 192.0.2.44:80',
      'LoadBalancer 203.0.113.10:80',
      'NodePort 30518',
    ]) {
      expect(stdout).to.include(`\n${frontend}\n`)
    }
    expect(stdout).to.match(/^ {2}pods +all +33\.3% {2}10\.244\.1\.2:8080 +web-7f654fc787-55bhp +node2 +kept$/m)
    expect(stdout.split('\n').filter((line) => line.length > 100)).to.deep.equal([])
  })

  it('tells nodes that differ apart, the odd one first, with the rule that drops', async () => {
    const { stdout } = await explain('k1.37-iptables', 'shop/cart-itp')
    const lines = stdout.slice(stdout.indexOf('\nClusterIP')).split('\n')
    expect(lines[2]).to.match(/^ {2}pods +node1 +100% +10\.244\.0\.3:9000 +cart-\S+ +node1/)
    expect(stdout).to.match(/node2 +100% {2}dropped\n {4}dropped by -A KUBE-SERVICES[^]*node2 iptables-save\.txt:\d+\n/)
  })

  it('shows with -o wide the address that pods see on each node, and the rule that chooses the endpoint', async () => {
    const { stdout } = await explain('k1.37-iptables', 'web-lb', '-n', 'shop', '-o', 'wide')
    expect(stdout).to.match(/^ {2}anyone +node1 +33\.3% {2}10\.244\.1\.2:8080 +web-\S+ +node2 {2}10\.200\.0\.11$/m)
    expect(stdout).to.match(
      /^ {2}pods +node2 .* 10\.244\.1\.4 \(kept\)\n {6}node2 iptables-save\.txt:\d+ -A KUBE-SEP-/m,
    )
    expect(stdout.split('\n').filter((line) => line.length > 100)).to.deep.equal([])
  })

  it('says what happens before it shows it', async () => {
    const { stdout } = await explain('k1.37-iptables', 'shop/cart-local')
    expect(stdout).to.match(
      /\n\nWhat happens:\n {2}- Connections go to shop\/cart-\S+ on node1\.\n[^]*\n\nPort api: 80\/TCP\n/,
    )
  })

  it('is one document with the fixed fields', async () => {
    const { stdout } = await explain('k1.37-nftables', 'web-lb', '-n', 'shop', '--node', 'node2', '-o', 'json')
    const document = JSON.parse(stdout) as ServiceExplanation
    expect(document).to.deep.include({
      apiVersion: 'kpx/v1',
      kind: 'ServiceExplanation',
      service: 'shop/web-lb',
      affinity: null,
      internalTrafficPolicy: 'Cluster',
      externalTrafficPolicy: 'Cluster',
      sources: ['10.200.0.12/32', '198.51.100.0/24'],
      findings: [],
    })
    const [port] = document.ports
    expect(port).to.include({ name: 'http', port: 80, protocol: 'TCP' })
    expect(port?.frontends.map(({ family, ip, kind, port: at }) => [kind, ip, at, family])).to.deep.equal([
      ['ClusterIP', '10.96.115.155', 80, 'IPv4'],
      ['ExternalIP', '192.0.2.44', 80, 'IPv4'],
      ['LoadBalancer', '203.0.113.10', 80, 'IPv4'],
      ['NodePort', null, 30518, 'IPv4'],
    ])
    const verdicts = port?.frontends[2]?.nodes.map(({ from, mode, node }) => [
      node,
      mode,
      ...[from.pod, from.node, from.outside, from.allowed].map((outcomes) => outcomes?.[0]?.verdict),
    ])
    expect(verdicts).to.deep.equal([['node2', 'nftables', 'drop', 'deliver', 'drop', 'deliver']])
  })

  it('knows affinity, and Services for which kube-proxy does nothing', async () => {
    const sticky = (await explain('k1.37-nftables', 'shop/web-sticky')).result
    expect(sticky?.affinity).to.deep.equal({ seconds: 600 })
    const headless = await explain('k1.37-nftables', 'shop/headless')
    expect(headless.stdout).to.include('kube-proxy does nothing for it')
    expect([headless.exit, headless.result?.ports[0]?.frontends]).to.deep.equal([0, []])
  })

  it('exits 2 for names that lead nowhere, with a next step', async () => {
    for (const [argv, fix] of [
      [['web'], 'it is in another namespace: -n shop'],
      [['wbe', '-n', 'shop'], 'did you mean shop/web?'],
      [['shop/web', '--node', 'node7'], 'choose one of node1, node2'],
    ] as const) {
      const { stderr, exit } = await explain('k1.37-nftables', ...argv)
      expect(stderr).to.include('(KPX1005)').and.include(fix)
      expect(exit).to.equal(2)
    }
  })

  it('exits 3 where no rules of the node were seen, and says so', async () => {
    const { stdout, exit } = await explain('k1.37-ipvs', 'shop/web', '--node', 'node1')
    expect(stdout).to.match(/anyone +node1 +100% {2}unknown\n[^]*seen 1\/3 nodes\n {2}node1: nothing of it is recorded/)
    expect(exit).to.equal(3)
  })

  for (const recording of recordings) {
    it(`agrees with trace about every Service of ${recording}`, async () => {
      const scene = sceneOf(await readCapture(`${captures}/${recording}`))
      let compared = 0
      for (const { clusterIPs, name, namespace } of scene.cluster.services) {
        if (clusterIPs.length === 0) continue
        const { result } = await explain(recording, `${namespace}/${name}`)
        for (const port of result?.ports ?? []) {
          for (const frontend of port.frontends) {
            for (const { from, node, senders } of frontend.nodes) {
              const to = destinationAt(frontend, { ...port, nodePort: undefined }, node, scene)
              const target = `${port.protocol}/${to && formatIpPort(to.ip, to.port)}`
              for (const [kind, outcomes] of Object.entries(from)) {
                const source = senders[kind as keyof typeof senders]?.replace(' ', '/') ?? ''
                const items = traceItems(source, target, { namespace: 'default', nodes: [] }, scene)
                expect(outcomes, `${source} ${target}`).to.deep.equal(items[0]?.outcomes)
                compared++
              }
            }
          }
        }
      }
      expect(compared).to.be.greaterThan(40)
    })
  }
})
