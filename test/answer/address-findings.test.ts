/** The API and the rules of a node disagree about an address. */
import { expect } from 'chai'
import { parseAddress } from '../../src/answer/asked-address.ts'
import { explainAddress } from '../../src/answer/explain-address.ts'
import type { AddressExplanation } from '../../src/answer/explain-address.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { brokenCapture, gone, replaced, without } from '../broken-capture.ts'
import type { Edit, Edits } from '../broken-capture.ts'

interface ObjectList {
  readonly items: {
    readonly metadata: { readonly name: string; readonly labels?: Record<string, string> }
    readonly spec?: { clusterIPs?: string[] }
    endpoints?: { addresses: string[] }[]
  }[]
}

/** The list without the object of this name. */
const withoutObject =
  (name: string): Edit =>
  (text) => {
    const list = JSON.parse(text) as ObjectList
    const items = list.items.filter(({ metadata }) => metadata.name !== name)
    expect(items.length).to.equal(list.items.length - 1)
    return JSON.stringify({ ...list, items })
  }

/** The endpoints of a Service without those at an address. */
const withoutEndpoint =
  (service: string, ip: string): Edit =>
  (text) => {
    const list = JSON.parse(text) as ObjectList
    for (const slice of list.items) {
      if (slice.metadata.labels?.['kubernetes.io/service-name'] !== service) continue
      slice.endpoints = slice.endpoints?.filter(({ addresses }) => !addresses.includes(ip)) ?? []
    }
    const edited = JSON.stringify(list)
    expect(edited).to.not.equal(JSON.stringify(JSON.parse(text)))
    return edited
  }

async function explain(recording: string, address: string, edits: Edits): Promise<AddressExplanation> {
  const scene = sceneOf(await brokenCapture(recording, edits))
  return explainAddress(parseAddress(address), [...scene.network.nodes.keys()], scene)
}

/** `KPX3004 node1 Service shop/web`. */
const brief = ({ findings }: AddressExplanation): string[] =>
  findings.map(({ code, node, object }) => [code, node, object].join(' '))

const addresses = {
  'k1.23-iptables': ['node1', 'node2'],
  'k1.33-iptables': ['node1', 'node2'],
  'k1.33-nftables': ['node1', 'node2'],
  'k1.37-iptables': ['node1', 'node2'],
  'k1.37-nftables': ['node1', 'node2'],
} as const

const clusterIp = async (recording: string, service: string): Promise<string> =>
  sceneOf(await brokenCapture(recording, {})).cluster.services.find(({ name }) => name === service)?.clusterIPs[0] ?? ''

describe('an address that the rules know and the API does not', () => {
  for (const [recording, nodes] of Object.entries(addresses)) {
    it(`is a leftover of the Service that the rules name, in ${recording}`, async () => {
      const edits = { 'objects/services.json': withoutObject('web-lb') }
      for (const address of ['203.0.113.10', '192.0.2.44:80', await clusterIp(recording, 'web-lb')]) {
        const explanation = await explain(recording, address, edits)
        expect(brief(explanation)).to.deep.equal(nodes.map((node) => `KPX3004 ${node} Service shop/web-lb`))
        const [found] = explanation.findings
        expect(found?.level).to.equal('warning')
        expect(found?.message).to.match(
          /^leftover of shop\/web-lb: by the rules \S+:80 is a Service's, by the API of none$/,
        )
        expect(found?.evidence.length).to.be.greaterThan(0)
        expect(explanation.roles).to.deep.equal([])
        expect(explanation.nothing).to.equal(false)
      }
    })
  }

  it('is a leftover of nobody knows whom in ipvs mode, also where only the device still has it', async () => {
    const edits = { 'objects/services.json': withoutObject('web-lb') }
    expect(brief(await explain('k1.37-ipvs', '203.0.113.10', edits))).to.deep.equal(['KPX3004 node3 '])
    const device = await explain('k1.37-ipvs', '203.0.113.10', {
      ...edits,
      'nodes/node3/ipset-save.txt': (text) => without(text, /203\.0\.113\.10/),
      'nodes/node3/ipvsadm-save.txt': (text) => without(text, /203\.0\.113\.10/),
      'nodes/node3/iptables-save.txt': (text) => without(text, /203\.0\.113\.10/),
    })
    expect(device.nodes[0]).to.deep.include({ devices: ['kube-ipvs0'], rules: [] })
    expect(device.findings.map(({ message }) => message)).to.deep.equal(['leftover: kube-ipvs0 has 203.0.113.10'])
  })

  it('is one of another Service, where the address went from one to the other', async () => {
    const ip = await clusterIp('k1.37-iptables', 'web')
    const explanation = await explain('k1.37-iptables', ip, {
      'nodes/node2/iptables-save.txt': (text) =>
        replaced(
          text,
          `-d ${ip}/32 -p tcp -m comment --comment "shop/web:http cluster IP"`,
          `-d ${ip}/32 -p tcp -m comment --comment "shop/old:http cluster IP"`,
        ),
    })
    expect(brief(explanation)).to.deep.equal(['KPX3004 node2 Service shop/old'])
  })

  it('is a port that the Service no longer has, and a NodePort of none', async () => {
    const port = await explain('k1.37-nftables', await clusterIp('k1.37-nftables', 'web-sticky'), {
      'objects/services.json': (text) => replaced(text, '"port":81', '"port":82'),
    })
    expect(port.findings.map(({ code, node }) => `${code} ${node}`)).to.deep.equal([
      'KPX3005 node1',
      'KPX3004 node1',
      'KPX3005 node2',
      'KPX3004 node2',
    ])
    const nodePort = await explain('k1.37-nftables', '10.200.0.11:30517', {
      'objects/services.json': withoutObject('web-np'),
    })
    expect(brief(nodePort)).to.deep.equal(['KPX3004 node1 Service shop/web-np'])
  })

  it('is an endpoint to which packets go (KPX3001), or that is only left in the rules (KPX3004)', async () => {
    const ip = '10.244.0.2'
    for (const recording of ['k1.33-nftables', 'k1.37-iptables', 'k1.37-nftables']) {
      const stale = await explain(recording, ip, { 'objects/endpointslices.json': withoutEndpoint('web', ip) })
      expect(brief(stale), recording).to.deep.equal(
        ['node1', 'node2'].map((node) => `KPX3001 ${node} Service shop/web`),
      )
      expect(stale.findings[0]?.message).to.match(
        /translated to 10\.244\.0\.2:8080 .*no EndpointSlice of shop\/web has/,
      )
      expect(
        (await explain(recording, `${ip}:5353`, { 'objects/endpointslices.json': withoutEndpoint('web', ip) }))
          .findings,
      ).to.deep.equal([])
    }
    const unused = await explain('k1.37-iptables', ip, {
      'objects/endpointslices.json': withoutEndpoint('web', ip),
      'nodes/node1/iptables-save.txt': (text) => without(text, /--comment "shop\/web:http -> 10\.244\.0\.2:8080"/),
      'nodes/node2/iptables-save.txt': gone,
      'nodes/node2/nft-list-ruleset.txt': gone,
      'nodes/node2/nft-list-ruleset.json': gone,
    })
    expect(brief(unused)).to.deep.equal(['KPX3004 node1 Service shop/web'])
    expect(unused.findings[0]?.message).to.equal(
      'leftover of shop/web: rules translate to 10.244.0.2:8080, and no EndpointSlice of it has that address',
    )
    const ipvs = await explain('k1.37-ipvs', '10.244.0.2', {
      'objects/endpointslices.json': withoutEndpoint('web', '10.244.0.2'),
    })
    expect(brief(ipvs)).to.deep.equal(['KPX3001 node3 Service shop/web'])
  })

  it('is not claimed where the objects were not recorded', async () => {
    const blind = await explain('k1.37-iptables', '203.0.113.10', { 'objects/services.json': gone })
    expect([blind.findings, blind.unrecorded, blind.roles]).to.deep.equal([[], ['services'], []])
    const slices = await explain('k1.37-iptables', '10.244.0.2', { 'objects/endpointslices.json': gone })
    expect([slices.findings, slices.unrecorded]).to.deep.equal([[], ['endpointslices']])
  })
})

describe('an address that the API knows and a node’s rules do not', () => {
  const files = ['iptables-save.txt', 'nft-list-ruleset.txt', 'nft-list-ruleset.json']
  const onlyText = { 'nodes/node2/nft-list-ruleset.json': gone }

  it('is not programmed where no rule names it', async () => {
    for (const recording of ['k1.23-iptables', 'k1.37-iptables']) {
      const ip = await clusterIp(recording, 'web')
      const edits = { 'nodes/node2/iptables-save.txt': (text: string) => without(text, new RegExp(`-d ${ip}/32`)) }
      const explanation = await explain(recording, ip, edits)
      expect(brief(explanation), recording).to.deep.equal(['KPX3005 node2 Service shop/web'])
      expect(explanation.findings[0]?.message).to.equal(
        `not programmed: ${ip}:80/TCP is a ClusterIP of shop/web, and no rule translates ${ip}:80; it leaves node2 for whoever has that address`,
      )
      expect(explanation.nodes.map(({ rules }) => rules.length > 0)).to.deep.equal([true, false])
    }
  })

  it('is not programmed where only the rule that dispatches is missing', async () => {
    const iptables = await clusterIp('k1.37-iptables', 'web')
    const one = await explain('k1.37-iptables', `${iptables}:80`, {
      'nodes/node2/iptables-save.txt': (text) => without(text, new RegExp(`-A KUBE-SERVICES -d ${iptables}/32`)),
    })
    expect(brief(one)).to.deep.equal(['KPX3005 node2 Service shop/web'])
    for (const recording of ['k1.33-nftables', 'k1.37-nftables']) {
      const ip = await clusterIp(recording, 'web')
      const element = new RegExp(`^\\s+${ip.replaceAll('.', '\\.')} \\. tcp \\. 80 : goto`)
      const two = await explain(recording, ip, {
        ...onlyText,
        'nodes/node2/nft-list-ruleset.txt': (text) => without(text, element),
      })
      expect(brief(two), recording).to.deep.equal(['KPX3005 node2 Service shop/web'])
      expect(two.findings[0]?.message).to.match(/and refused .* by ip daddr @cluster-ips reject/)
    }
    const ipvs = await clusterIp('k1.37-ipvs', 'web')
    const three = await explain('k1.37-ipvs', ipvs, {
      'nodes/node3/ipvsadm-save.txt': (text) => without(text, new RegExp(`-t ${ipvs}:80`)),
    })
    expect(brief(three)).to.deep.equal(['KPX3005 node3 Service shop/web'])
  })

  it('is a NodePort that the node lacks', async () => {
    const explanation = await explain('k1.37-iptables', '10.200.0.12:30517', {
      'nodes/node2/iptables-save.txt': (text) => without(text, /-A KUBE-NODEPORTS .*--dport 30517/),
    })
    expect(brief(explanation)).to.deep.equal(['KPX3005 node2 Service shop/web-np'])
    const ipvs = await explain('k1.37-ipvs', '10.200.0.13:30517', {
      'nodes/node3/ipvsadm-save.txt': (text) => without(text, /-t 10\.200\.0\.13:30517/),
    })
    expect(brief(ipvs)).to.deep.equal(['KPX3005 node3 Service shop/web-np'])
  })

  it('is not claimed of a node that was not seen, or not as a whole', async () => {
    const ip = await clusterIp('k1.37-iptables', 'web')
    const unseen = await explain(
      'k1.37-iptables',
      ip,
      Object.fromEntries(files.map((file) => [`nodes/node2/${file}`, gone])),
    )
    expect(unseen.findings).to.deep.equal([])
    expect(unseen.nodes.map(({ node, seen, whole }) => [node, seen, whole])).to.deep.equal([
      ['node1', true, true],
      ['node2', false, false],
    ])
    const cut = await explain('k1.37-iptables', ip, {
      'nodes/node2/iptables-save.txt': (text) => text.slice(0, text.indexOf('-A KUBE-SERVICES -d')),
    })
    expect(cut.findings).to.deep.equal([])
    expect(cut.nodes[1]).to.include({ seen: true, whole: false })
  })

  it('is not claimed of a Service that kube-proxy is to leave alone', async () => {
    const ip = await clusterIp('k1.37-iptables', 'web')
    const leaveAlone: Edit = (text) => {
      const list = JSON.parse(text) as ObjectList
      const items = list.items.map((item) =>
        item.metadata.name === 'web'
          ? { ...item, metadata: { ...item.metadata, labels: { 'service.kubernetes.io/service-proxy-name': 'other' } } }
          : item,
      )
      return JSON.stringify({ ...list, items })
    }
    const explanation = await explain('k1.37-iptables', ip, {
      'objects/services.json': leaveAlone,
      'nodes/node1/iptables-save.txt': (text) => without(text, new RegExp(`-d ${ip}/32`)),
      'nodes/node2/iptables-save.txt': (text) => without(text, new RegExp(`-d ${ip}/32`)),
    })
    expect(explanation.findings).to.deep.equal([])
    expect(explanation.roles[0]).to.include({ role: 'ClusterIP', note: 'its labels leave it to another proxy' })
  })
})
