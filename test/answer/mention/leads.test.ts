import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { leadsTo } from '../../../src/answer/mention/leads.ts'
import { sceneOf } from '../../../src/answer/scene.ts'
import { listServices } from '../../../src/answer/services.ts'
import { readCapture } from '../../../src/capture/read.ts'
import { decodeRuleset } from '../../../src/decode/ruleset.ts'
import { formatIp, parseIp } from '../../../src/ruleset/address.ts'
import type { Ip } from '../../../src/ruleset/address.ts'
import { captures } from '../../kpx.ts'

const pod = parseIp('10.244.0.2') as Ip

/** Other addresses and ports from which a way leads to the pod, and `any`. */
function leads(files: Readonly<Record<string, string>>): string[] {
  const ruleset = decodeRuleset((name) => {
    const text = files[name]
    return text === undefined ? undefined : { name, text }
  })
  const { any, ips, ports } = leadsTo(pod, ruleset)
  expect(ips.has(pod)).to.equal(true)
  return [...[...ips].filter((ip) => ip !== pod).map(formatIp), ...[...ports].map(String), ...(any ? ['any'] : [])]
}

const nat = (...rules: string[]) => ({
  'iptables-save.txt': ['*nat', ':PREROUTING ACCEPT [0:0]', ...rules, 'COMMIT', ''].join('\n'),
})

describe('what leads to an address', () => {
  it('are the frontends at the beginning of every way of jumps, whatever the chains are called', () => {
    const rules = nat(
      '-A PREROUTING -j S',
      '-A S -d 10.96.0.7/32 -p tcp -m tcp --dport 80 -j A',
      '-A S -d 10.96.0.8/32 -p tcp -m tcp --dport 80 -j B',
      '-A S -p tcp -m tcp --dport 30517 -j EXT',
      '-A EXT -j A',
      '-A A -m statistic --mode random --probability 0.5 -j E1',
      '-A A -j E2',
      '-A E1 -s 10.244.0.2/32 -j MARK --set-xmark 0x4000/0x4000',
      '-A E1 -p tcp -m tcp -j DNAT --to-destination 10.244.0.2:8080',
      '-A E2 -p tcp -m tcp -j DNAT --to-destination 10.244.0.3:8080',
      '-A B -j E2',
    )
    expect(leads(rules)).to.deep.equal(['10.96.0.7', '30517'])
  })

  it('is any packet where a way begins with neither address nor port, or a rule cannot be read', () => {
    expect(leads(nat('-A PREROUTING -i eth0 -j DNAT --to-destination 10.244.0.2'))).to.deep.equal(['any'])
    expect(leads(nat('-A PREROUTING -d 10.0.0.0/8 -j DNAT --to-destination 10.244.0.2'))).to.deep.equal(['any'])
    expect(leads(nat('-A PREROUTING -j DNAT --to-destination 10.244.0.2 "'))).to.deep.equal(['any'])
    expect(leads(nat('-A PREROUTING -s 10.244.0.2/32 -j ACCEPT'))).to.deep.equal([])
  })

  it('are elements of maps and virtual servers', () => {
    const table = [
      'table ip t {',
      '\tmap m {',
      '\t\ttype ipv4_addr . inet_proto . inet_service : verdict',
      '\t\telements = { 10.96.0.7 . tcp . 80 : goto a, 10.96.0.8 . tcp . 80 : goto b }',
      '\t}',
      '\tmap n {',
      '\t\ttype inet_proto . inet_service : verdict',
      '\t\telements = { tcp . 30517 : goto x }',
      '\t}',
      '\tchain first {',
      '\t\ttype nat hook prerouting priority 0; policy accept;',
      '\t\tip daddr . meta l4proto . th dport vmap @m',
      '\t\tfib daddr type local meta l4proto . th dport vmap @n',
      '\t}',
      '\tchain x {',
      '\t\tgoto a',
      '\t}',
      '\tchain a {',
      '\t\tmeta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.244.0.2 . 8080, 1 : 10.244.0.3 . 8080 }',
      '\t}',
      '}',
      '',
    ]
    expect(leads({ 'nft-list-ruleset.txt': table.join('\n') })).to.have.members(['10.96.0.7', '30517'])
    const servers = [
      '-A -t 10.96.0.7:80 -s rr',
      '-a -t 10.96.0.7:80 -r 10.244.0.2:8080 -m -w 1',
      '-A -t 10.96.0.8:80 -s rr',
      '',
    ]
    expect(leads({ 'ipvsadm-save.txt': servers.join('\n') })).to.deep.equal(['10.96.0.7', '80'])
  })

  it('are what the rules that look into a map say of its keys, whose addresses may be those of clients', () => {
    const looked = (type: string, element: string, ...rules: string[]) =>
      leads({
        'nft-list-ruleset.txt': [
          'table ip t {',
          `\tmap m {\n\t\ttype ${type}\n\t\telements = { ${element} }\n\t}`,
          '\tmap m2 {\n\t\ttype ipv4_addr : ipv4_addr\n\t\telements = { 10.96.0.99 : 10.96.0.98 }\n\t}',
          '\tchain c {\n\t\tdnat to ip daddr map @m2\n\t\tdnat to ip saddr map @m\n\t}',
          `\tchain first {\n\t\ttype nat hook prerouting priority 0; policy accept;`,
          ...rules.map((rule) => `\t\t${rule}`),
          '\t}\n}\n',
        ].join('\n'),
      })
    const client = 'ipv4_addr : ipv4_addr'
    expect(looked(client, '198.51.100.7 : 10.244.0.2', 'dnat to ip saddr map @m')).to.deep.equal(['any'])
    expect(looked(client, '10.244.0.2 : 10.244.0.2', 'dnat to ip saddr map @m')).to.deep.equal(['any'])
    expect(looked(client, '198.51.100.7 : 10.244.0.2', 'ip daddr 10.96.0.7 jump c')).to.deep.equal(['10.96.0.7'])
    expect(looked(client, '10.96.0.7 : 10.244.0.2', 'ip daddr 10.96.0.8 accept')).to.deep.equal([])
    expect(
      looked(client, '10.96.0.7 : 10.244.0.2', 'dnat to ip daddr map @m', 'tcp dport 81 dnat to ip saddr map @m'),
    ).to.deep.equal(['10.96.0.7', '81'])
    expect(
      looked(client, '10.96.0.7 : 10.244.0.2', 'dnat to ip daddr map @m', 'tcp dport < 81 dnat to ip saddr map @m'),
    ).to.deep.equal(['10.96.0.7', 'any'])
    expect(
      looked(
        'ipv4_addr . ipv4_addr . inet_service : verdict',
        '198.51.100.7 . 10.96.0.7 . 80 : jump d',
        'ip saddr . ip daddr . tcp dport vmap @m',
        '}\n\tchain d {\n\t\tdnat to 10.244.0.2',
      ),
    ).to.deep.equal(['10.96.0.7'])
    expect(looked(client, '198.51.100.7 : 10.244.0.22', 'dnat to ip saddr map @m')).to.deep.equal([])
  })

  for (const recording of readdirSync(captures).filter((file) => file.startsWith('k'))) {
    it(`are at least the frontends whose packets come there, and not most others, in ${recording}`, async () => {
      const scene = sceneOf(await readCapture(`${captures}/${recording}`))
      let [reached, others] = [0, 0]
      for (const [node, { ruleset }] of scene.network.nodes) {
        const { items } = listServices(scene.cluster.services, [node], scene)
        for (const { ips } of scene.cluster.pods.filter((one) => !one.hostNetwork)) {
          const all = ips.map((text) => leadsTo(parseIp(text) as Ip, ruleset))
          expect(all.some(({ any }) => any)).to.equal(false)
          for (const { endpoints, ip, port } of items) {
            const isLed = all.some(
              (one) => one.ips.has(parseIp(ip ?? '') ?? -1) || (ip === null && one.ports.has(port)),
            )
            const isReached = endpoints.some((endpoint) => ips.includes(endpoint.ip))
            if (isReached) expect(isLed, `${node} ${ip}:${port}`).to.equal(true)
            if (isReached) reached++
            else if (!isLed) others++
          }
        }
      }
      expect(reached).to.be.greaterThan(50)
      expect(others).to.be.greaterThan(50)
    })
  }
})
