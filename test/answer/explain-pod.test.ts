/** Why a pod gets packets, and why not. */
import { expect } from 'chai'
import { explainPod } from '../../src/answer/explain-pod.ts'
import type { PodExplanation, PodService } from '../../src/answer/explain-pod.ts'
import { findAnyPod } from '../../src/answer/lookup.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import { brokenCapture, gone, replaced, without } from '../broken-capture.ts'
import type { Edit, Edits } from '../broken-capture.ts'

interface Slice {
  readonly metadata: { readonly labels?: Record<string, string> }
  endpoints: { addresses: string[]; conditions: object; hints?: object }[]
}

/** Every endpoint of a Service at an address, or what becomes of it. */
const endpoint =
  (service: string, ip: string, change: (one: Slice['endpoints'][number]) => object | undefined): Edit =>
  (text) => {
    const list = JSON.parse(text) as { items: Slice[] }
    const items = list.items.map((slice) =>
      slice.metadata.labels?.['kubernetes.io/service-name'] === service
        ? {
            ...slice,
            endpoints: slice.endpoints.flatMap((one) => (one.addresses.includes(ip) ? (change(one) ?? []) : one)),
          }
        : slice,
    )
    const edited = JSON.stringify({ ...list, items })
    expect(edited).to.not.equal(JSON.stringify(list))
    return edited
  }

const withoutOwn =
  (name: string): Edit =>
  (text) => {
    const list = JSON.parse(text) as { items: { metadata: { name: string } }[] }
    return JSON.stringify({ ...list, items: list.items.filter(({ metadata }) => metadata.name !== name) })
  }

async function explain(recording: string, pod: string, edits: Edits): Promise<PodExplanation> {
  const scene = sceneOf(await brokenCapture(recording, edits))
  return explainPod(findAnyPod('shop', pod, scene), [...scene.network.nodes.keys()], scene)
}

const service = ({ services }: PodExplanation, name: string): PodService | undefined =>
  services.find((one) => one.service === `shop/${name}`)

/** `node1 0.333 ok`, `node2 0.000 it is not ready`: of the Service's first frontend. */
const shares = (explanation: PodExplanation, name: string): string[] =>
  service(explanation, name)?.frontends[0]?.nodes.map(
    ({ node, share, why }) => `${node} ${share.toFixed(3)} ${why ?? 'ok'}`,
  ) ?? []

const recording = 'k1.37-iptables'
/** On node1, with 10.244.0.2. */
const web = 'web-7f654fc787-bjdlw'
const ip = '10.244.0.2'
const rules = (node: string) => `nodes/${node}/iptables-save.txt`
const slices = 'objects/endpointslices.json'

/** The rules that bring packets of a Service to the pod. */
const jumps = /-A KUBE-SVC-\w+ .*--comment "shop\/web:http -> 10\.244\.0\.2:8080"/

describe('a pod that gets its share', () => {
  it('is told so for every frontend and node, with what its own calls do', async () => {
    const explanation = await explain(recording, web, {})
    expect(shares(explanation, 'web')).to.deep.equal(['node1 0.333 ok', 'node2 0.333 ok'])
    expect(explanation.findings).to.deep.equal([])
    const [frontend] = service(explanation, 'web')?.frontends ?? []
    expect(frontend).to.deep.include({ kind: 'ClusterIP', name: 'http', port: 80, protocol: 'TCP', family: 'IPv4' })
    expect(frontend?.endpoint).to.include({ ip, port: 8080, ready: true })
    expect(frontend?.hairpin).to.include({ masquerade: true, reply: 'ok', sourceSeen: '10.244.0.1' })
  })

  it('loses its own calls where the rule that masquerades them is missing', async () => {
    const explanation = await explain(recording, web, {
      [rules('node1')]: (text) => without(text, /-A KUBE-SEP-\w+ -s 10\.244\.0\.2\/32 .*"shop\/web:http"/),
    })
    expect(service(explanation, 'web')?.frontends[0]?.hairpin).to.include({ masquerade: false, reply: 'lost' })
    expect(service(explanation, 'web-np')?.frontends[0]?.hairpin).to.include({ masquerade: true, reply: 'ok' })
  })
})

describe('a pod that gets nothing', () => {
  it('is kept out by the API: readiness, termination, policy, hints', async () => {
    for (const [conditions, why] of [
      [{ ready: false, serving: false, terminating: false }, 'it is not ready'],
      [{ ready: false, serving: true, terminating: true }, 'it is terminating'],
    ] as const) {
      const explanation = await explain(recording, web, {
        [slices]: endpoint('web', ip, (one) => ({ ...one, conditions })),
        [rules('node1')]: (text) => without(text, jumps),
        [rules('node2')]: (text) => without(text, jumps),
      })
      expect(shares(explanation, 'web')).to.deep.equal([`node1 0.000 ${why}`, `node2 0.000 ${why}`])
      expect(explanation.findings).to.deep.equal([])
    }
    const local = await explain(recording, 'cart-6589c5886f-wb4jv', {})
    expect(shares(local, 'cart-itp')).to.deep.equal([
      'node1 1.000 ok',
      'node2 0.000 internalTrafficPolicy Local: it is on node1',
    ])
    const hints = await explain(recording, web, {
      [slices]: endpoint('web', ip, (one) => ({ ...one, hints: { forZones: [{ name: 'a' }] } })),
      'objects/nodes.json': (text) => replaced(text, '"labels":{', '"labels":{"topology.kubernetes.io/zone":"a",'),
      [rules('node1')]: (text) => without(text, jumps),
      [rules('node2')]: (text) => without(text, jumps),
    })
    const zones = shares(hints, 'web').toSorted()
    expect(zones.filter((text) => /hints are for a; the node is in no zone/.test(text))).to.have.length(1)
    expect(hints.findings.map(({ code }) => code)).to.deep.equal(['KPX3006'])
  })

  it('is missing in the rules of one node: KPX3006', async () => {
    const explanation = await explain(recording, web, { [rules('node2')]: (text) => without(text, jumps) })
    expect(shares(explanation, 'web')).to.deep.equal([
      'node1 0.333 ok',
      'node2 0.000 the rules send all packets to other endpoints',
    ])
    expect(explanation.findings).to.have.length(1)
    expect(explanation.findings[0]).to.include({
      code: 'KPX3006',
      level: 'error',
      node: 'node2',
      object: 'Service shop/web',
    })
    expect(explanation.findings[0]?.message).to.match(
      /^from pod shop\/client-5jnx5 to 10\.96\.\S+:80\/TCP: none comes to shop\/web-7f654fc787-bjdlw, which is ready; the rules/,
    )
  })

  it('is refused together with its Service, with the rule', async () => {
    const explanation = await explain('k1.37-nftables', 'web-7f654fc787-bg84t', {
      'nodes/node1/nft-list-ruleset.json': gone,
      'nodes/node1/nft-list-ruleset.txt': (text) => without(text, /^\s+10\.96\.248\.104 \. tcp \. 80 : goto service/),
    })
    expect(shares(explanation, 'web')[0]).to.match(
      /^node1 0\.000 refused \(icmp port-unreachable\) by ip daddr @cluster-ips/,
    )
    expect(explanation.findings.map(({ code, node }) => `${code} ${node}`)).to.deep.equal(['KPX3006 node1'])
    expect(explanation.findings[0]?.evidence[0]?.text).to.match(/@cluster-ips reject/)
  })

  it('is not known where the rules were not seen', async () => {
    const explanation = await explain('k1.37-ipvs', 'web-7f654fc787-t5tp9', {
      'nodes/node3/ipvsadm-save.txt': gone,
      'nodes/node3/ipvsadm-list.txt': gone,
      'nodes/node3/proc-net-ip_vs.txt': gone,
    })
    expect(service(explanation, 'web')?.frontends[0]?.nodes[0]).to.include({
      verdict: 'unknown',
      share: 0,
      missing: false,
    })
    expect(explanation.findings).to.deep.equal([])
  })

  it('has ended, or belongs to no Service', async () => {
    const ended = await explain(recording, web, {
      'objects/pods.json': (text) => {
        const list = JSON.parse(text) as { items: { metadata: { name: string }; status: object }[] }
        const items = list.items.map((pod) =>
          pod.metadata.name === web ? { ...pod, status: { ...pod.status, phase: 'Succeeded' } } : pod,
        )
        return JSON.stringify({ ...list, items })
      },
    })
    expect([ended.phase, ended.services, ended.why]).to.deep.equal([
      'Succeeded',
      [],
      'it has ended, and has no address any more',
    ])
    const client = await explain(recording, 'client-9lzwx', {})
    expect(client.why).to.match(/^no Service selects its labels, no EndpointSlice lists it, and no packet/)
  })
})

describe('a pod that no EndpointSlice of the Service lists', () => {
  it('is a stale endpoint where the rules still lead there: KPX3001', async () => {
    for (const [name, pod] of [
      [recording, web],
      ['k1.37-nftables', 'web-7f654fc787-bg84t'],
    ] as const) {
      const explanation = await explain(name, pod, { [slices]: endpoint('web', ip, () => undefined) })
      // an IPv6 slice still lists it
      expect(service(explanation, 'web')).to.include({ listed: true })
      expect(explanation.findings.map(({ code, node }) => `${code} ${node}`)).to.deep.equal([
        'KPX3001 node1',
        'KPX3001 node2',
      ])
      expect(service(explanation, 'web')?.frontends[0]).to.deep.include({ endpoint: null })
      expect(shares(explanation, 'web')).to.deep.equal(['node1 0.333 ok', 'node2 0.333 ok'])
    }
    const sticky = await explain(recording, web, { [slices]: endpoint('web-sticky', ip, () => undefined) })
    expect(service(sticky, 'web-sticky')).to.include({ listed: false, selected: true })
    expect(sticky.findings.map(({ code, node }) => `${code} ${node}`)).to.deep.equal(['KPX3001 node1', 'KPX3001 node2'])
  })

  it('is found however the rules come to it, whatever names they have', async () => {
    const explanation = await explain(recording, web, {
      [rules('node1')]: (text) => {
        const own = /^:(KUBE-SEP-\w+) [^]*-A \1 [^\n]*"shop\/web:http" [^\n]*--to-destination 10\.244\.0\.2:8080$/m
        const chain = /-A (KUBE-SEP-\w+) [^\n]*"shop\/web:http" [^\n]*--to-destination 10\.244\.0\.2:8080$/m.exec(
          text,
        )?.[1]
        expect(own.test(text)).to.equal(true)
        return replaced(text, /(-A KUBE-SVC-\w+ .*"shop\/cart -> .*" -j )KUBE-SEP-\w+/, `$1${chain}`)
      },
    })
    expect(shares(explanation, 'cart')).to.deep.equal([
      'node1 1.000 ok',
      'node2 0.000 no EndpointSlice lists it for this port',
    ])
    expect(service(explanation, 'cart')).to.include({ listed: false, selected: false })
    expect(explanation.findings.map(({ code, node, object }) => [code, node, object])).to.deep.equal([
      ['KPX3001', 'node1', 'Service shop/cart'],
    ])
  })

  it('is found where another tool’s map leads its clients there', async () => {
    const theirs = [
      'table ip theirs {',
      '\tmap clients {',
      '\t\ttype ipv4_addr : ipv4_addr',
      '\t\telements = { 10.244.0.3 : 10.244.0.2 }',
      '\t}',
      '\tchain first {',
      '\t\ttype nat hook prerouting priority -200; policy accept;',
      '\t\tmeta l4proto tcp dnat to ip saddr map @clients',
      '\t}',
      '}',
      '',
    ].join('\n')
    const explanation = await explain('k1.37-nftables', 'web-7f654fc787-bg84t', {
      'nodes/node1/nft-list-ruleset.json': gone,
      'nodes/node1/nft-list-ruleset.txt': (text) => text + theirs,
    })
    expect(shares(explanation, 'cart')[0]).to.equal('node1 1.000 ok')
    expect(service(explanation, 'cart')).to.include({ listed: false, selected: false })
  })

  it('is found behind the NodePort of another node that an EndpointSlice has instead of a pod', async () => {
    const explanation = await explain(recording, web, {
      [slices]: endpoint('cart', '10.244.0.3', (one) => ({
        addresses: ['10.200.0.12'],
        conditions: one.conditions,
      })),
      [rules('node1')]: (text) =>
        replaced(text, /(shop\/cart" .*--to-destination) 10\.244\.0\.3:9000/, '$1 10.200.0.12:30517'),
    })
    expect(shares(explanation, 'cart')[0]).to.equal('node1 0.333 ok')
  })

  it('is left in the rules of a Service that is gone, or that no packet comes through: KPX3004', async () => {
    const isGone = await explain(recording, web, {
      'objects/services.json': withoutOwn('web-lb'),
      [slices]: endpoint('web-lb', ip, () => undefined),
    })
    expect(service(isGone, 'web-lb')).to.equal(undefined)
    expect(isGone.findings.map(({ code, node, object }) => [code, node, object])).to.deep.equal([
      ['KPX3004', 'node1', 'Service shop/web-lb'],
      ['KPX3004', 'node2', 'Service shop/web-lb'],
    ])
    const unused = await explain(recording, web, {
      [slices]: endpoint('web', ip, () => undefined),
      [rules('node1')]: (text) => without(text, jumps),
    })
    expect(unused.findings.map(({ code, node }) => `${code} ${node}`)).to.deep.equal(['KPX3001 node2', 'KPX3004 node1'])
  })

  it('is not called so where EndpointSlices were not recorded', async () => {
    const explanation = await explain(recording, web, { [slices]: gone })
    expect(service(explanation, 'web')).to.include({ listed: null, selected: true })
    expect(explanation.findings).to.deep.equal([])
  })
})
