import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { AddressExplanation } from '../../../src/answer/explain-address.ts'
import type { ServiceExplanation } from '../../../src/answer/explain-service.ts'
import { sceneOf } from '../../../src/answer/scene.ts'
import { readCapture } from '../../../src/capture/read.ts'
import { explainAddressView } from '../../../src/view/explain-address.ts'
import { style } from '../../../src/view/style.ts'
import { captures, kpx } from '../../kpx.ts'

const recordings = readdirSync(captures).filter((file) => file.startsWith('k'))
const explain = async (recording: string, ...argv: string[]) =>
  kpx<AddressExplanation>('explain', 'address', ...argv, '--from', `${captures}/${recording}`)

/** `Endpoint Service shop/web 8080/TCP`. */
const roles = (explanation: AddressExplanation | undefined): string[] =>
  explanation?.roles.map(({ object, ports, role }) =>
    [role, object, ...ports.map(({ port, protocol }) => `${port}/${protocol}`)].join(' '),
  ) ?? []

describe('kpx explain address', () => {
  it('shows a Service’s address: its role, the rules that name it and what happens to packets', async () => {
    const { exit, stdout } = await explain('k1.37-iptables', '10.96.50.206')
    expect(exit).to.equal(0)
    expect(stdout).to.match(/^Address: {2}10\.96\.50\.206\nIs: {7}ClusterIP of Service shop\/web-lb: http 80\/TCP\n/)
    expect(stdout).to.match(/^all +frontend {2}shop\/web-lb {2}nat KUBE-SERVICES +iptables-save\.txt:\d+$/m)
    expect(stdout).to.match(/^TCP 10\.96\.50\.206:80\n {2}pods +all +33\.3% {2}10\.244\.1\.2:8080 {2}shop\/web-/m)
    expect(stdout.split('\n').filter((line) => line.length > 100)).to.deep.equal([])
    expect((await explain('k1.37-iptables', '10.96.50.206', '-o', 'wide')).stdout).to.match(
      /^ {4}-A KUBE-SERVICES -d 10\.96\.50\.206\/32 [^]*? -j\s+KUBE-SVC-\w+\n/m,
    )
  })

  it('is one document with its fields', async () => {
    const { stdout } = await explain('k1.37-nftables', '10.96.115.155:80/TCP', '--node', 'node2', '-o', 'json')
    const document = JSON.parse(stdout) as AddressExplanation
    expect(document).to.deep.include({
      apiVersion: 'kpx/v1',
      kind: 'AddressExplanation',
      address: '10.96.115.155',
      port: 80,
      protocol: 'TCP',
      unrecorded: [],
      nothing: false,
      findings: [],
    })
    expect(document.roles).to.deep.equal([
      {
        role: 'ClusterIP',
        object: 'Service shop/web-lb',
        node: null,
        ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
        conditions: null,
        note: null,
      },
    ])
    const [node] = document.nodes
    expect(node).to.include({ node: 'node2', mode: 'nftables', seen: true, whole: true })
    expect(node?.rules.map(({ as, place, service }) => [as, service, place])).to.deep.equal([
      ['frontend', null, 'kube-proxy @cluster-ips'],
      ['frontend', 'shop/web-lb', 'kube-proxy @service-ips'],
    ])
    expect(node?.rules[1]).to.deep.include({ port: 80, protocol: 'TCP', dispatches: true })
    const place = { node: 'node2', file: 'nft-list-ruleset.txt', line: 107 }
    const text = '10.96.115.155 . tcp . 80 : goto service-ETG7BTWI-shop/web-lb/tcp/http'
    expect(node?.rules[1]?.evidence).to.deep.equal([{ ...place, text }])
    expect(document.packets.map(({ nodes, port, protocol }) => [protocol, port, nodes.length])).to.deep.equal([
      ['TCP', 80, 1],
    ])
  })

  it('tells every role of an address', async () => {
    for (const [address, expected] of [
      ['203.0.113.10', ['LoadBalancer Service shop/web-lb 80/TCP']],
      ['192.0.2.44', ['ExternalIP Service shop/web-lb 80/TCP']],
      ['10.96.14.30:53/udp', ['ClusterIP Service shop/dns 53/UDP']],
      ['udp/[fd00:10:96::afaf]:53', ['ClusterIP Service shop/dns 53/UDP']],
      ['fd00:10:96::afaf', ['ClusterIP Service shop/dns 53/UDP 53/TCP']],
      ['10.96.14.30:54', ['ClusterIP Service shop/dns']],
      ['10.200.0.1', ['Endpoint Service default/kubernetes 6443/TCP', 'Endpoint Service shop/legacy-db 9000/TCP']],
      ['10.244.0.4', ['Pod Pod shop/client-9lzwx']],
      ['10.244.0.1', ['NodeAddress Node node1', ...nodePorts]],
      ['10.244.0.200', ['PodCIDR Node node1']],
      ['127.0.0.1:30517', ['Loopback ', 'NodePort Service shop/web-np 30517/TCP']],
      [
        '10.200.0.11:32111',
        ['NodeAddress Node node1', 'HealthCheckNodePort Service shop/cart-local 32111/TCP', ...onNode1],
      ],
      ['[fd00:200::11]:30518', ['NodeAddress Node node1', ...onNode1]],
      ['[fd00:200::11]:30517', ['NodeAddress Node node1', 'NodePort Service shop/web-np 30517/TCP', ...onNode1]],
      ['192.0.2.99', []],
    ] as const) {
      expect(roles((await explain('k1.37-iptables', address)).result), address).to.deep.equal(expected)
    }
  })

  it('lists the NodePorts of a node’s address, and asks for one where its port is given', async () => {
    const all = await explain('k1.37-iptables', '10.200.0.11')
    expect(all.stdout).to.match(/^ +NodePort of Service shop\/web-np: http 30517\/TCP$/m)
    expect(all.stdout).to.match(/^ +shared with pods in the node's network: kube-system\/kube-proxy-ffpml,$/m)
    expect(all.result?.packets).to.deep.equal([])
    const { result, stdout } = await explain('k1.37-iptables', '10.200.0.11:30517')
    expect(stdout).to.match(
      /^node1 +frontend {2}shop\/web-np {2}nat KUBE-NODEPORTS +iptables-save\.txt:118\nnode2 +no rule$/m,
    )
    expect(result?.packets[0]?.nodes.map(({ from }) => from.outside?.[0]?.verdict)).to.deep.equal([
      'deliver',
      'deliver',
    ])
  })

  it('evaluates loopback from the node alone, in each mode', async () => {
    for (const [recording, verdict] of [
      ['k1.37-iptables', 'deliver'],
      ['k1.37-nftables', 'local'],
    ] as const) {
      const { result } = await explain(recording, '127.0.0.1:30517')
      const [packets] = result?.packets ?? []
      expect(packets?.nodes.map(({ from }) => Object.keys(from))).to.deep.equal([['node'], ['node']])
      expect(packets?.nodes[0]?.from.node?.[0]?.verdict, recording).to.equal(verdict)
    }
  })

  it('says that an address is nothing to kube-proxy, only where all was seen', async () => {
    const routed = await explain('k1.37-iptables', '10.99.99.99')
    expect([routed.exit, routed.result?.nothing, routed.result?.packets[0]?.example]).to.deep.equal([0, true, true])
    expect(routed.stdout.replaceAll(/\s+/g, ' ')).to.include(
      'nothing to kube-proxy: no Service, endpoint or node has it, and no rule names it; a packet there is routed like any other no rule: node1, node2',
    )
    const dropped = await explain('k1.37-nftables', '10.96.99.99')
    expect(dropped.stdout).to.not.include('routed like any other')
    expect(dropped.stdout).to.include('dropped by ip daddr 10.96.0.0/16 drop')
    const partly = await explain('k1.37-ipvs', '10.99.99.99')
    expect(partly.result?.nothing).to.equal(false)
    expect(partly.stdout).to.include('nothing by the API').and.include('seen 1/3 nodes')
  })

  it('lists a node that was not seen as such, and exits 3', async () => {
    const { exit, result, stdout } = await explain('k1.37-ipvs', '10.96.6.243', '--node', 'node1', '--node', 'node3')
    expect(stdout).to.match(/^node1 +not seen$/m)
    expect(result?.nodes.map(({ node, seen }) => [node, seen])).to.deep.equal([
      ['node1', false],
      ['node3', true],
    ])
    expect(exit).to.equal(3)
    expect((await explain('k1.37-ipvs', '10.99.99.99', '--node', 'node1')).exit).to.equal(3)
    expect((await explain('k1.37-ipvs', '10.96.6.243', '--node', 'node1')).exit).to.equal(3)
  })

  it('answers from rules alone, and from objects alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kpx-'))
    try {
      const rules = await kpx<AddressExplanation>(
        'explain',
        'address',
        '10.96.0.1',
        '--from',
        `${captures}/k1.37-ipvs/nodes/node3`,
      )
      expect(rules.exit).to.equal(0)
      expect(rules.stdout).to.include('not recorded by the API: services, endpointslices, pods, nodes')
      expect(rules.result?.packets[0]?.nodes[0]?.from.node?.[0]?.endpoint?.ip).to.equal('10.200.0.1')
      mkdirSync(join(folder, 'nodes/a'), { recursive: true })
      writeFileSync(join(folder, 'nodes/a/uname.txt'), 'Linux\n')
      expect((await kpx('explain', 'address', '10.96.0.1', '--from', folder)).exit).to.equal(3)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('prints the names of whose the address is', async () => {
    const { stdout } = await explain('k1.37-iptables', '10.244.0.2', '-o', 'name')
    expect(stdout.split('\n').slice(0, 3)).to.deep.equal([
      'pod/shop/web-7f654fc787-bjdlw',
      'service/shop/dns',
      'service/shop/headless',
    ])
    expect((await explain('k1.37-iptables', '10.99.99.99', '-o', 'name')).stdout).to.equal('')
  })

  it('stays readable at 40 columns', async () => {
    const narrow = async (recording: string, address: string) => {
      const { result } = await explain(recording, address)
      return result ? explainAddressView(result, { width: 40, wide: false, limit: 20, style: style(false) }) : ''
    }
    expect(await narrow('k1.37-iptables', '10.244.0.4:80')).to.match(
      /^Is: {7}address of Pod\n {10}shop\/client-9lzwx on node1\n/m,
    )
    expect(await narrow('k1.37-nftables', '10.96.115.155')).to.match(
      /^NAMED AS {2}frontend\nSERVICE {3}shop\/web-lb\nIN {8}kube-proxy @service-ips\nLINE {6}nft-list-ruleset\.txt:\d+$/m,
    )
  })

  it('has no flags for namespaces, which addresses do not have', async () => {
    const { stderr, exit } = await explain('k1.37-iptables', '10.96.0.1', '-n', 'shop')
    expect([stderr.includes('Nonexistent flag: -n'), exit]).to.deep.equal([true, 2])
    expect((await kpx('explain', 'address', '--help')).stdout)
      .to.include('--limit=N')
      .and.not.include('--namespace')
  })

  it('exits 2 for what is no address, with a next step', async () => {
    for (const text of ['web', 'shop/web', '10.0.0', '10.0.0.1:99999', '[fd00::1', 'icmp/10.0.0.1', 'node1:80']) {
      const { exit, stderr } = await explain('k1.37-iptables', text)
      expect([exit, stderr.includes('(KPX1001)'), stderr.includes('kpx explain service')], text).to.deep.equal([
        2,
        true,
        true,
      ])
    }
  })

  for (const recording of recordings) {
    it(`agrees with explain service about every frontend of ${recording}, and finds nothing wrong`, async () => {
      const { cluster } = sceneOf(await readCapture(`${captures}/${recording}`))
      let compared = 0
      for (const { clusterIPs, name, namespace } of cluster.services.filter((one) => one.clusterIPs.length > 0)) {
        const from = ['--from', `${captures}/${recording}`]
        const { result } = await kpx<ServiceExplanation>('explain', 'service', `${namespace}/${name}`, ...from)
        for (const { frontends, protocol } of result?.ports ?? []) {
          for (const { ip, nodes, port } of frontends.filter((frontend) => frontend.ip !== null)) {
            const { result: explained, exit } = await explain(recording, ip ?? '')
            const packets = explained?.packets.find((one) => one.port === port && one.protocol === protocol)
            expect(packets?.nodes, `${name} ${ip}`).to.deep.equal(nodes)
            expect([exit, explained?.findings]).to.deep.equal([0, []])
            compared++
          }
        }
        expect(clusterIPs.length).to.be.greaterThan(0)
      }
      expect(compared).to.be.greaterThan(10)
    })
  }
})

const nodePorts = [
  'NodePort Service shop/cart-local 30519/TCP',
  'HealthCheckNodePort Service shop/cart-local 32111/TCP',
  'NodePort Service shop/idle 30520/TCP',
  'NodePort Service shop/web-lb 30518/TCP',
  'NodePort Service shop/web-np 30517/TCP',
]

/** In the network of node1. */
const onNode1 = ['Pod Pod kube-system/kube-proxy-ffpml', 'Pod Pod kube-system/recorder-snt4q']
