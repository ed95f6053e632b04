import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { TraceList } from '../../src/answer/trace.ts'
import { captures, kpx } from '../kpx.ts'

const from = ['--from', `${captures}/k1.37-iptables`]
const trace = async (...argv: string[]) => kpx<TraceList>('trace', ...argv, ...from)
const client = 'pod/shop/client-fzk4t'

describe('kpx trace', () => {
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'kpx-'))))
  after(() => rmSync(folder, { recursive: true }))

  const flows = (text: string): string => {
    const file = join(folder, 'flows.txt')
    writeFileSync(file, text)
    return file
  }

  it('shows the outcomes with their shares and the steps to the first, within 100 columns', async () => {
    const { stdout, exit } = await trace('node/node1', 'service/shop/web')
    expect(exit).to.equal(0)
    expect(stdout).to.match(/^node node1 to TCP 10\.96\.152\.143:80, first seen on node1\n/m)
    expect(stdout).to.match(/33\.3% {2}delivered {2}10\.244\.0\.2:8080 {2}shop\/web-7f654fc787-bjdlw {2}node1/)
    expect(stdout).to.match(/^node1 {2}OUTPUT +nat +KUBE-SERVICES +jump KUBE-SVC-\w+$/m)
    expect(stdout.split('\n').filter((line) => line.length > 100)).to.deep.equal([])
  })

  it('names the rule that refuses or drops, with its place', async () => {
    const refused = (await trace('node/node1', 'service/shop/idle', '-o', 'json')).result?.items[0]?.outcomes
    expect(refused).to.have.length(1)
    expect(refused?.[0]).to.deep.include({ verdict: 'reject', share: 1, endpoint: null, sourceSeen: null })
    expect(refused?.[0]?.why).to.match(/^refused \(icmp-port-unreachable\) by -A KUBE-SERVICES .*has no endpoints/)
    expect(refused?.[0]?.evidence).to.have.length(1)
    expect(refused?.[0]?.evidence[0]).to.include({ node: 'node1', file: 'iptables-save.txt' })
    expect((await trace('outside/node1', '203.0.113.10:80')).stdout).to.match(
      /100% {2}dropped[^]*dropped by -A KUBE-PROXY-FIREWALL[^]*node1 iptables-save\.txt:\d+\n/,
    )
  })

  it('is one document with the fixed fields', async () => {
    const document = JSON.parse((await trace('outside/node2', '10.200.0.12:30519', '-o', 'json')).stdout) as TraceList
    expect(document).to.deep.include({ apiVersion: 'kpx/v1', kind: 'TraceList' })
    expect(document.seen).to.deep.equal({ nodes: ['node1', 'node2'], of: 2, blind: [] })
    const [item] = document.items
    expect(item).to.include({ source: 'outside node2', destination: 'TCP 10.200.0.12:30519', node: 'node2' })
    expect(item).to.have.all.keys('source', 'destination', 'node', 'outcomes', 'steps')
    const fields = [
      'verdict',
      'share',
      'endpoint',
      'masquerade',
      'sourceSeen',
      'sourceKept',
      'reply',
      'why',
      'evidence',
    ]
    expect(item?.outcomes[0]).to.have.all.keys(fields)
    expect(item?.steps[0]).to.have.all.keys('hook', 'table', 'chain', 'action', 'target', 'text', 'node')
  })

  it('answers a file of flows in one document, in its order', async () => {
    const file = flows(
      `# two packets\n\nnode/node1 service/shop/idle\r\noutside/node2/10.0.0.9  udp/10.96.14.30:53\noutside 10.1.1.1:80`,
    )
    const { result, exit } = await trace('--flows', file)
    expect(result?.items.map(({ destination, source }) => `${source} ${destination}`)).to.deep.equal([
      'node node1 TCP 10.96.82.89:80',
      'outside node2/10.0.0.9 UDP 10.96.14.30:53',
      'outside node1 TCP 10.1.1.1:80',
      'outside node2 TCP 10.1.1.1:80',
    ])
    expect(exit).to.equal(0)
    expect((await trace('--flows', file)).stdout).to.match(/^node node1 +TCP 10\.96\.82\.89:80 +100% +refused/m)
  })

  it('follows a packet to another node and names it in the steps', async () => {
    const { result } = await trace('outside/node2', 'service/shop/cart')
    const steps = result?.items[0]?.steps.map(({ action, hook, node, target }) =>
      [node, hook, action, target].join(' '),
    )
    expect(steps).to.include.members(['node2 ROUTING to node1 by 10.200.0.11 ', 'node1 FORWARD jump KUBE-FORWARD'])
    expect(result?.items[0]?.outcomes[0]?.endpoint).to.include({ pod: 'shop/cart-6589c5886f-wb4jv', node: 'node1' })
  })

  it('names what packets reach: pods, or addresses where no pod is known, each once', async () => {
    const file = flows('node/node1 service/shop/web\nnode/node2 service/shop/web\nnode/node1 service/shop/legacy-db')
    const { stdout } = await trace('--flows', file, '-o', 'name')
    expect(stdout).to.match(/^(?:pod\/shop\/web-\S+\n){3}10\.200\.0\.1:9000\n$/)
    expect(await trace('node/node1', 'service/shop/idle', '-o', 'name')).to.include({ stdout: '', exit: 0 })
  })

  it('cuts long lists of endpoints, but neither documents nor what is not delivered', async () => {
    const one = await trace('node/node1', 'service/shop/web', '--limit', '1')
    expect(one.stdout).to.match(
      /33\.3% {2}delivered .*\n {4}and 2 more endpoints, 66\.7% in all \(--limit 0 shows all\)\n/,
    )
    const file = flows('node/node1 service/shop/web\nnode/node1 service/shop/idle')
    const cut = await trace('--flows', file, '--limit', '1')
    expect(cut.stdout.match(/delivered|refused$/gm)).to.deep.equal(['delivered', 'delivered', 'refused'])
    expect(cut.stdout).to.match(/\nlists of more than 1 endpoints are cut \(--limit 0 shows all\)\n$/)
    expect((await trace('--flows', file, '--limit', '0')).stdout).to.not.include('--limit')
    const whole = await trace('--flows', file, '-o', 'json')
    expect(await trace('--flows', file, '-o', 'json', '--limit', '1')).to.deep.equal(whole)
  })

  it('exits 2 for what it cannot read', async () => {
    for (const [argv, code] of [
      [[client], 'KPX1001'],
      [['node/node1', 'nonsense/'], 'KPX1005'],
      [['node/node1', '10.0.0.1'], 'KPX1001'],
      [['node/node9', '10.0.0.1:80'], 'KPX1005'],
      [['--flows', flows('one\n')], 'KPX1001'],
      [['--flows', flows('')], 'KPX1001'],
      [['--flows', join(folder, 'missing')], 'KPX1008'],
      [['a', 'b', '--flows', flows('')], 'KPX1001'],
    ] as const) {
      const { stderr, exit } = await trace(...argv)
      expect([stderr.includes(code), exit], argv.join(' ') + stderr).to.deep.equal([true, 2])
    }
  })

  it('exits 3 where nothing can be told', async () => {
    const blind = join(folder, 'blind')
    const { exit, stderr } = await kpx('trace', 'node/a', '10.0.0.1:80', '--from', captureWithout(blind))
    expect([stderr, exit]).to.deep.equal(['', 3])
  })
})

/** A capture of a node of which nothing was recorded but its name. */
function captureWithout(path: string): string {
  mkdirSync(`${path}/nodes/a`, { recursive: true })
  writeFileSync(`${path}/nodes/a/uname.txt`, 'Linux\n')
  return path
}
