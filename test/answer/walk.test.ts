/** One test for each kind of sentence; the packets and most of the rules are those of recordings. */
import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { parseDestination } from '../../src/answer/destination.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { parseSource } from '../../src/answer/source.ts'
import { traceItems } from '../../src/answer/trace.ts'
import { walk } from '../../src/answer/walk/walk.ts'
import { readCapture } from '../../src/capture/read.ts'
import { brokenCapture, replaced, without } from '../broken-capture.ts'
import type { Edits } from '../broken-capture.ts'
import { captures } from '../kpx.ts'

/** What is said of each step, by chain; `client` is a pod of the first node that is no endpoint. */
async function said(
  recording: string,
  from: string,
  to: string,
  edits: Edits = {},
): Promise<(chain: string) => string> {
  const capture = await brokenCapture(recording, edits)
  const scene = sceneOf(capture)
  const client = scene.cluster.pods.find((pod) => pod.name.startsWith('client-') && pod.node === capture.nodes[0])
  const [sender] = parseSource(from === 'client' ? `pod/shop/${client?.name}` : from, 'shop', scene, capture.nodes)
  const [destination] = parseDestination(to, 'shop', scene)
  if (!sender || !destination) throw new Error('no packet')
  const { steps } = walk(sender, destination, scene)
  return (chain) =>
    steps
      .filter((step) => step.chain.startsWith(chain))
      .map(({ says }) => says)
      .join(' | ')
}

const rules = 'nodes/node1/iptables-save.txt'
const nft = 'nodes/node1/nft-list-ruleset.txt'
const noJson = { 'nodes/node1/nft-list-ruleset.json': () => undefined }

/** A rule at the beginning of FORWARD. */
const first = (rule: string): Edits => ({
  [rules]: (text) => replaced(text, /^(-A FORWARD .*)$/m, `-A FORWARD ${rule}\n$1`),
})

describe('the walk through iptables mode', () => {
  it('follows jumps into chains, with what these are for', async () => {
    const says = await said('k1.37-iptables', 'client', 'web')
    expect(says('PREROUTING')).to.match(/^Whatever comes here goes to KUBE-SERVICES, which holds the rules for/)
    expect(says('KUBE-SERVICES')).to.match(
      /^Its destination is shop\/web's ClusterIP 10\.96\.\S+, TCP port 80, so it goes to KUBE-SVC-\S+, which chooses/,
    )
  })

  it('says where a chain does nothing to the packet', async () => {
    const says = await said('k1.37-iptables', 'client', 'web')
    expect(says('FORWARD')).to.include(
      'Its connection is new, so it passes through KUBE-PROXY-FIREWALL, which drops what loadBalancerSourceRanges exclude, and comes back: nothing there concerns it.',
    )
  })

  it('tells chance, translation and the clients that are remembered', async () => {
    const says = await said('k1.37-iptables', 'client', 'web-sticky')
    expect(says('KUBE-SVC-')).to.match(/^By chance, as 1 in 2 of the connections that get here, it goes to KUBE-SEP-/)
    expect(says('KUBE-SEP-')).to.match(
      /^It is TCP, so it has its destination changed to pod shop\/web-\S+ \(10\.244\.\S+\), port 8080, and its client is remembered/,
    )
  })

  it('tells marks and masquerade by the node', async () => {
    const says = await said('k1.37-iptables', 'outside/node1', 'web-np')
    expect(says('KUBE-SVC-')).to.include("Its destination is shop/web-np's ClusterIP")
    expect(says('KUBE-SVC-')).to.include(
      'its source is not in 10.244.0.0/16, the network of the pods, so it goes to KUBE-MARK-MASQ',
    )
    expect(says('KUBE-MARK-MASQ')).to.equal('Whatever comes here gets the mark for masquerade (bit 0x4000).')
    expect(says('KUBE-FORWARD')).to.equal(
      'It is marked for masquerade (bit 0x4000), so it is accepted, which ends table filter at this hook for it.',
    )
    expect(says('KUBE-POSTROUTING')).to.match(
      /^Whatever comes here loses the mark for masquerade \(bit 0x4000\)\. \| Whatever comes here has its source changed to \S+, an address of node1, so that the answer comes back to node1\./,
    )
  })

  it('tells the way back out of a chain, and to another node', async () => {
    const says = await said('k1.37-iptables', 'client', 'web')
    expect(says('KUBE-POSTROUTING')).to.include('It is not marked for masquerade (bit 0x4000), so it leaves chain')
    const routed = await said('k1.37-iptables', 'client', 'web')
    expect(routed('')).to.include('The route to its destination leads to node2 by 10.200.0.12, so it leaves node1.')
  })

  it('tells the node’s own addresses', async () => {
    const says = await said('k1.37-iptables', 'outside/node1', 'node/node1:30517')
    expect(says('KUBE-SERVICES')).to.match(
      /^Its destination is an address of node1, on \S+, so it goes to KUBE-NODEPORTS, which holds the rules for NodePorts\.$/,
    )
    expect(says('KUBE-NODEPORTS')).to.match(/^Its destination is TCP port 30517, so it goes to KUBE-EXT-/)
  })

  it('tells refusals, drops and policies', async () => {
    const refused = await said('k1.37-iptables', 'client', 'idle')
    expect(refused('KUBE-SERVICES')).to.match(
      /^Its destination is shop\/idle's ClusterIP \S+, TCP port 80, so it is refused with icmp-port-unreachable\.$/,
    )
    const dropped = await said('k1.37-iptables', 'client', 'web', first('-p tcp -j DROP'))
    expect(dropped('FORWARD')).to.equal('It is TCP, so it is dropped.')
    const policy = await said('k1.37-iptables', 'client', 'web', {
      [rules]: (text) => replaced(text, ':FORWARD ACCEPT', ':FORWARD DROP'),
    })
    expect(policy('FORWARD')).to.match(/^No rule of FORWARD decides: policy drop\.$/)
  })

  it('tells what rules of others ask, in their own words where kpx has none', async () => {
    for (const [rule, sentence] of [
      ['-s 10.244.0.0/24 -j ACCEPT', 'Its source is in 10.244.0.0/24, so it is accepted'],
      ['! -d 192.0.2.0/24 -j ACCEPT', 'Its destination is not in 192.0.2.0/24, so it is accepted'],
      ['-i cbr+ -j ACCEPT', 'It came in by a device whose name begins with cbr, so it is accepted'],
      ['! -o eth9 -j ACCEPT', 'It does not go out by eth9, so it is accepted'],
      ['-m conntrack --ctstate NEW,DNAT -j ACCEPT', 'Its connection is new or translated in its destination, so'],
      ['-m mark ! --mark 0x10/0x10 -j ACCEPT', 'Bit 0x10 of its mark is not set, so it is accepted'],
      ['-m mark --mark 0x0/0x30 -j ACCEPT', '`-m mark --mark 0x0/0x30` holds, so it is accepted'],
      ['-m addrtype ! --src-type LOCAL -j ACCEPT', 'Its source is no address of node1, so it is accepted'],
      ['-m addrtype --dst-type UNICAST -j ACCEPT', '`--dst-type UNICAST` holds, so it is accepted'],
      ['-p tcp -m multiport --dports 80,8080 -j ACCEPT', 'It is TCP, and `-m multiport --dports 80,8080` holds, so'],
      ['-j MARK --set-xmark 0x20/0x20', 'Whatever comes here gets bit 0x20 of its mark set.'],
      ['-j MARK --set-xmark 0x1/0xff', 'Whatever comes here is changed by the rule; its mark is 0x1.'],
    ] as const) {
      const says = await said('k1.37-iptables', 'client', 'web', first(rule))
      expect(says('FORWARD').split(' | ')[0], rule).to.include(sentence)
    }
  })

  it('claims nothing where nothing is known', async () => {
    const unknown = await said('k1.37-iptables', 'client', 'web', first('-p tcp -m mystery -j DROP'))
    expect(unknown('FORWARD')).to.equal('kpx cannot tell what this rule does with it: -m mystery is not known to kpx.')
    const missing = await said('k1.37-iptables', 'client', 'web', {
      [rules]: (text) => without(text, /^(:|-A )KUBE-PROXY-FIREWALL /),
    })
    expect(missing('FORWARD')).to.include('KUBE-PROXY-FIREWALL')
    expect(missing('FORWARD')).not.to.include('nothing there concerns it')
    const cut = await said('k1.37-iptables', 'client', 'web', {
      [rules]: (text) => text.slice(0, text.indexOf('-A KUBE-POSTROUTING')),
      'nodes/node1/nft-list-ruleset.txt': () => undefined,
      ...noJson,
    })
    expect(cut('KUBE-S')).to.include('the dump is cut here')
  })
})

describe('the walk through nftables mode', () => {
  it('follows maps, and tells chance and translation', async () => {
    const says = await said('k1.37-nftables', 'client', 'web')
    expect(says('services')).to.match(
      /^Its destination shop\/web's ClusterIP \S+, TCP port 80, is in map service-ips, which leads from every Service address and port to its chain, so it goes to service-\S+, which chooses/,
    )
    expect(says('service-KHN')).to.match(
      /^It is TCP, so by chance, as 1 in 3 of the connections that get here, it has its destination changed to pod shop\/web-/,
    )
    const older = await said('k1.33-nftables', 'client', 'web')
    expect(older('service-KHN')).to.match(
      /^By chance, as 1 in 3 of the connections that get here, it goes to endpoint-/,
    )
  })

  it('leaves chance out where there is one endpoint', async () => {
    const says = await said('k1.37-nftables', 'client', 'cart')
    expect(says('service-')).to.match(/^It is TCP, so it has its destination changed to pod shop\/cart-/)
  })

  it('tells sets, marks and masquerade by the node', async () => {
    const says = await said('k1.37-nftables', 'outside/node1', 'web-np')
    expect(says('services')).to.match(
      /^Its destination shop\/web-np's ClusterIP \S+ is in set cluster-ips, which holds every ClusterIP, and its source is not in 10\.244\.0\.0\/16, the network of the pods, so it gets the mark for masquerade \(bit 0x4000\)\./,
    )
    expect(says('masquerading')).to.match(
      /^It is marked for masquerade \(bit 0x4000\), so it has its source changed to \S+, an address of node1/,
    )
  })

  it('tells refusals by maps', async () => {
    const says = await said('k1.37-nftables', 'client', 'idle')
    expect(says('service-endpoints-check')).to.include(
      'is in map no-endpoint-services, which holds the Service addresses',
    )
    expect(says('reject-chain')).to.match(/^Whatever comes here is refused with icmp/)
  })

  it('tells what rules of others ask', async () => {
    const table = (rule: string): string =>
      `table ip other {\n\tchain forward {\n\t\ttype filter hook forward priority 10; policy accept;\n\t\t${rule}\n\t}\n}\n`
    for (const [rule, sentence] of [
      [
        'ip saddr 10.244.0.0/24 accept',
        'Its source is in 10.244.0.0/24, so it is accepted, which ends this base chain for it.',
      ],
      ['ip saddr != { 192.0.2.0/24, 198.51.100.7 } drop', 'Its source is none of 192.0.2.0/24 and 198.51.100.7, so it'],
      ['tcp dport 8080 accept', 'Its destination is TCP port 8080, so it is accepted'],
      ['ct status dnat accept', 'Its connection is translated in its destination, so it is accepted'],
      ['ct state { new, established } drop', 'Its connection is new or established, so it is dropped.'],
      ['fib saddr type != local accept', 'Its source is no address of node1, so it is accepted'],
      ['meta mark & 0x00000010 == 0x00000000 accept', 'Bit 0x10 of its mark is not set, so it is accepted'],
      ['ip daddr vmap { 10.244.0.0/16 : drop }', 'is in a map of the rule, so it is dropped.'],
      ['tcp dport != 22 accept', '`tcp dport != 22` holds, so it is accepted'],
    ] as const) {
      const says = await said('k1.37-nftables', 'client', 'web', { [nft]: (text) => text + table(rule), ...noJson })
      expect(says('forward'), rule).to.include(sentence)
    }
  })
})

describe('the walk through ipvs mode', () => {
  it('tells ipsets, the device of Service addresses, and the scheduler', async () => {
    const recording = 'k1.37-ipvs'
    const scene = sceneOf(await readCapture(`${captures}/${recording}`))
    const pod = scene.cluster.pods.find(
      ({ hostNetwork, name, node }) => !hostNetwork && node === 'node3' && !name.startsWith('web'),
    )
    const says = await said(recording, `pod/shop/${pod?.name}`, 'web')
    expect(says('KUBE-SERVICES')).to.match(
      /^Its destination is an address of node3, on kube-ipvs0, so it passes through KUBE-NODE-PORT, which marks/,
    )
    expect(says('KUBE-SERVICES')).to.match(
      /Its destination shop\/web's ClusterIP \S+, port 80, is in ipset KUBE-CLUSTER-IP, which holds every ClusterIP and port, so it is accepted/,
    )
    expect(says('TCP 10.96.')).to.match(
      /^IPVS has a virtual server for shop\/web's ClusterIP \S+, TCP port 80; its scheduler rr \(round robin\) gives 1 in 4 of the connections to this real server, so the destination changes to pod shop\/web-/,
    )
  })

  it('does not take a destination for granted where a set asks for more', async () => {
    const scene = sceneOf(await readCapture(`${captures}/k1.37-ipvs`))
    const web = scene.cluster.pods.find(({ name, node }) => name.startsWith('web-') && node === 'node3')
    const steps = scene.network.nodes.get('node3') ? await hairpin(`pod/shop/${web?.name}`) : ''
    expect(steps).to.include(
      'Its destination address, destination port and source address are in ipset KUBE-LOOP-BACK, which holds the endpoints of this node',
    )
  })
})

/** A pod that gets its own packet: the scheduler is edited to know no other. */
async function hairpin(from: string): Promise<string> {
  const others = /^-a -t 10\.96\.\d+\.\d+:80 -r (?!10\.244\.2\.)/
  const says = await said('k1.37-ipvs', from, 'web', {
    'nodes/node3/ipvsadm-save.txt': (text) => without(text, others),
  })
  return says('KUBE-POSTROUTING')
}

describe('the walk', () => {
  for (const name of readdirSync(captures).filter((file) => file.startsWith('k'))) {
    it(`takes the steps of trace, and says something of each, for every Service of ${name}`, async () => {
      const scene = sceneOf(await readCapture(`${captures}/${name}`))
      const node = scene.capture.nodes[0] ?? ''
      let steps = 0
      for (const { name: service, namespace, clusterIPs } of scene.cluster.services) {
        if (clusterIPs.length === 0) continue
        const to = `service/${namespace}/${service}`
        const items = traceItems(`node/${node}`, to, { namespace, nodes: [node] }, scene)
        const [sender] = parseSource(`node/${node}`, namespace, scene, [node])
        const walks = parseDestination(to, namespace, scene).flatMap((one) =>
          sender ? [walk(sender, one, scene)] : [],
        )
        const told = walks.map((one) => ({
          ...one,
          steps: one.steps.map(({ file: _file, line: _line, says: _says, ...step }) => step),
        }))
        expect(told).to.deep.equal(items)
        for (const { says } of walks.flatMap((one) => one.steps)) {
          steps++
          expect(says).to.match(/^(?:[A-Z]|kpx ).*\.$/)
          expect(says).not.to.match(/undefined|NaN|no words for/)
        }
      }
      expect(steps).to.be.greaterThan(50)
    })
  }
})
