/** Strict reverse path filtering, of packets that another node sends. */
import { expect } from 'chai'
import type { Edits } from '../broken-capture.ts'
import { brief, broken, replaced } from '../broken-capture.ts'

const routes = 'nodes/node2/ip-route.json'
const toPodsOfNode1 = '{"dst":"10.244.0.0/24","gateway":"10.200.0.11","dev":"eth0"'

/** node2 answers the pods of node1 by another device than the one that their packets come by. */
const asymmetric = (all: number, own: number): Edits => ({
  [routes]: (text) => replaced(text, toPodsOfNode1, '{"dst":"10.244.0.0/24","gateway":"10.201.0.11","dev":"eth1"'),
  'nodes/node2/sysctl.txt': (text) => `${text}net/ipv4/conf/all/rp_filter = ${all}\n`,
  'nodes/node2/sysctl-devices.txt': () => `net/ipv4/conf/eth0/rp_filter = ${own}\nnet/ipv4/conf/eth1/rp_filter = 1\n`,
})

/** Of all nodes' pods those of web on node2 are one half. */
async function toWeb(edits: Edits): Promise<string[]> {
  const outcomes = (await broken('k1.37-iptables', edits))('client', 'TCP/10.244.1.2:8080')
  return [...brief(outcomes), ...outcomes.filter(({ verdict }) => verdict !== 'forward').map(({ why }) => why)]
}

const dropped = [
  '1.000 drop',
  'node2 drops what comes in by eth0 from 10.244.0.4, for its answer goes out by eth1 (rp_filter = 1)',
]

describe('reverse path filtering', () => {
  it('lets in what is answered by the same device', async () => {
    const strict = {
      'nodes/node2/sysctl.txt': () => 'net.ipv4.conf.all.rp_filter = 1\nnet.ipv4.conf.eth0.rp_filter = 1\n',
    }
    expect(await toWeb(strict)).to.deep.equal(['1.000 forward'])
  })

  it('takes the greater one of the two settings', async () => {
    for (const [all, own] of [
      [0, 1],
      [1, 0],
      [1, 1],
    ] as const)
      expect(await toWeb(asymmetric(all, own))).to.deep.equal(dropped)
    for (const [all, own] of [
      [0, 0],
      [2, 0],
      [0, 2],
      [1, 2],
      [2, 1],
    ] as const)
      expect(await toWeb(asymmetric(all, own)), `${all} ${own}`).to.deep.equal(['1.000 forward'])
  })

  it('knows nothing where one of the two is not recorded', async () => {
    expect(await toWeb({ ...asymmetric(1, 1), 'nodes/node2/sysctl-devices.txt': () => undefined })).to.deep.equal([
      '1.000 forward',
    ])
  })

  it('lets in what one of several next hops answers', async () => {
    const several =
      '{"dst":"10.244.0.0/24","nexthops":[{"gateway":"10.201.0.11","dev":"eth1"},{"gateway":"10.200.0.11","dev":"eth0"}]'
    const edits = { ...asymmetric(1, 1), [routes]: (text: string) => replaced(text, toPodsOfNode1, several) }
    expect(await toWeb(edits)).to.deep.equal(['1.000 forward'])
  })

  it('does not know what policy rules do', async () => {
    const table = '{"dst":"default","gateway":"10.200.0.1","dev":"eth0","table":"100","flags":[]},'
    const { [routes]: moved, ...edits } = asymmetric(1, 1)
    const ruled = { ...edits, [routes]: (text: string) => replaced(String(moved?.(text)), '[{', `[${table}{`) }
    const [verdict, why] = await toWeb(ruled)
    expect(verdict).to.equal('1.000 unknown')
    expect(why).to.include('unless a policy rule')
  })

  it('does not judge what comes through a tunnel', async () => {
    const tunnel = '{"dst":"10.244.1.0/24","gateway":"10.200.0.12","dev":"tunl0","flags":["onlink"]'
    const edits = {
      ...asymmetric(1, 1),
      'nodes/node1/ip-route.json': (text: string) =>
        replaced(text, '{"dst":"10.244.1.0/24","gateway":"10.200.0.12","dev":"eth0","flags":[]', tunnel),
    }
    expect(await toWeb(edits)).to.deep.equal(['1.000 forward'])
  })
})
