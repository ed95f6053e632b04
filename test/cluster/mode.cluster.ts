/** `kpx mode set` on a real cluster: what it costs the clients of Services, and what is left when something ends in the middle of it. */
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import type { ModeCheck } from '../../src/check/mode-check.ts'
import type { Change } from '../../src/rollout/change.ts'
import { Random } from '../fuzz/random.ts'
import { kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import { echoBinary, kubernetesVersion } from './built.ts'
import type { Cluster } from './cluster.ts'
import { changingNode, startKpx, strike, victims } from './kills.ts'
import { changeKubeProxy, kubeProxyOn } from './kube-proxy.ts'
import { outcomesIn } from './outcomes.ts'
import { run } from './run.ts'
import { createMeter, meter } from './traffic.ts'
import type { Metered } from './traffic.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { createWorld, worldNamespace } from './verify-worlds.ts'
import { webManifests } from './web.ts'

const coldBuild = 60 * 60_000
const namespace = 'kube-system'

/** So many connections a second that the machine is not what they wait for. */
const rate = 10

/** Another one strikes at other moments. */
const seed = Number(process.env['KPX_SEED'] ?? 1)
/** Of thousands of connections: what a busy machine loses by itself. */
const few = 3
const kills = Number(process.env['KPX_KILLS'] ?? 30)

describe('a change of the mode', function () {
  this.timeout(300_000)
  let cluster: Cluster
  let echo: string

  before('has a cluster', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    echo = await echoBinary()
    cluster = await upCluster({ name: `mode-${process.pid}` })
    await cluster.create(webManifests(cluster.nodes))
    await createMeter(cluster)
    // whoever asks before conntrack keeps that nobody answered
    await until('the rules of its Services', async () => (await kpx('verify')).exit === 0)
  })

  after('ends', async () => cluster?.down())

  const kpx = (...argv: string[]): Promise<Ran> => kpxProcess(...argv, '--kubeconfig', cluster.kubeconfig)

  async function changed(...argv: string[]): Promise<{ readonly exit: number; readonly change: Change }> {
    const { exit, stderr, stdout } = await kpx(...argv, '--yes', '-o', 'json')
    expect(stdout, stderr).to.match(/^\{/)
    return { exit, change: JSON.parse(stdout) as Change }
  }

  /** Nothing of kpx is in the cluster or on its nodes, and packets go where the API says. */
  async function isClean(): Promise<void> {
    const leases = await cluster.kubectl(['get', 'leases', '-n', namespace, '-o', 'name'])
    expect(leases).to.not.include('kpx')
    const strategy = ['get', 'daemonset/kube-proxy', '-n', namespace, '-o', 'jsonpath={.spec.updateStrategy.type}']
    expect(await cluster.kubectl(strategy)).to.equal('RollingUpdate')
    for (const node of cluster.nodes) {
      expect(await run(...cluster.on(node, 'nft', 'list', 'tables'))).to.not.include('kpx')
    }
    const { exit, stdout } = await kpx('verify')
    expect([exit, stdout]).to.deep.equal([0, stdout])
  }

  /** What became of connections of every kind of client while something was done. */
  async function metered(seconds: number, what: () => Promise<unknown>): Promise<Toll> {
    const measured = meter(cluster, echo, { seconds, rate })
    await delay(2_000)
    await what()
    return tollOf(await measured)
  }

  it('costs clients at most one of a hundred connections that it costs by hand', async function () {
    // a machine that does something else meanwhile loses connections of its own
    this.retries(2)
    const modes = ['nftables', 'iptables'] as const
    // first, for by hand conntrack keeps entries of what was not translated, which clients meet for minutes
    const own = await inTurn(modes, (mode) =>
      metered(45, async () => {
        const { change, exit } = await changed('mode', 'set', mode)
        expect([exit, change.rollout?.state, change.findings]).to.deep.equal([0, 'done', []])
        await isClean()
      }),
    )
    const byHand = await inTurn(modes, (mode) =>
      metered(20, () => changeKubeProxy(cluster, { mode, version: kubernetesVersion })),
    )
    const rows = modes.flatMap((mode, i) => [rowOf(`${mode} by kpx`, own[i]), rowOf(`${mode} by hand`, byHand[i])])
    process.stderr.write(`${rows.join('\n')}\n`)
    for (const [i, { broken, failed, lost }] of own.entries()) {
      expect(failed, JSON.stringify(lost)).to.be.at.most((byHand[i]?.failed ?? 0) / 100)
      expect(broken, JSON.stringify(lost)).to.equal(0)
    }
  })

  it('is refused where the kernel does not have it, and by force taken back from the first node alone', async () => {
    const [, second = ''] = cluster.nodes
    const pod = await kubeProxyOn(second, cluster)
    const refused = await changed('mode', 'set', 'ipvs')
    expect([refused.exit, refused.change.changed]).to.deep.equal([1, false])
    expect(refused.change.findings.map(({ code }) => code)).to.include('KPX4106')
    const forced = await changed('mode', 'set', 'ipvs', '--force')
    expect([forced.exit, forced.change.rollout?.nodes.map(({ state }) => state)]).to.deep.equal([
      5,
      ['undone', 'pending'],
    ])
    const failure = forced.change.findings.find(({ code }) => code === 'KPX5007')
    expect(failure?.message).to.include('ipvs not supported')
    expect(await kubeProxyOn(second, cluster)).to.equal(pod)
    await isClean()
  })

  it('is stopped by Ctrl-C before the next node, and gone on with', async () => {
    const running = startKpx(cluster, 'mode', 'set', 'nftables')
    await until('the first node is changed', async () => running.said().includes('is replaced'))
    running.interrupt()
    expect(await running.ended, running.said()).to.equal(130)
    expect(running.said()).to.include('kpx rollout resume')
    const resumed = await changed('rollout', 'resume')
    expect([resumed.exit, resumed.change.rollout?.state]).to.deep.equal([0, 'done'])
    await isClean()
  })

  it('keeps the strategy of a DaemonSet that replaces no pod by itself', async () => {
    const patch = (type: string): Promise<string> => {
      const spec = { updateStrategy: { type, rollingUpdate: null } }
      return cluster.kubectl([
        'patch',
        'daemonset/kube-proxy',
        '-n',
        namespace,
        '--type=merge',
        '-p',
        JSON.stringify({ spec }),
      ])
    }
    await patch('OnDelete')
    const { change, exit } = await changed('mode', 'set', 'iptables')
    expect([exit, change.rollout?.state]).to.deep.equal([0, 'done'])
    const strategy = ['get', 'daemonset/kube-proxy', '-n', namespace, '-o', 'jsonpath={.spec.updateStrategy.type}']
    expect(await cluster.kubectl(strategy)).to.equal('OnDelete')
    await patch('RollingUpdate')
  })

  it('does to packets to random Services what the mode before did, from everywhere', async () => {
    await createWorld(cluster, 40, seed)
    try {
      await until('the rules of the world', async () => (await kpx('verify', '-n', worldNamespace)).exit === 0)
      const { stdout } = await kpx('mode', 'check', 'nftables', '-o', 'json')
      const { findings } = JSON.parse(stdout) as ModeCheck
      const announced = findings.flatMap(({ affects = [], code }) => (code === 'KPX4142' ? affects : []))
      const before = await outcomesIn(cluster, worldNamespace)
      const { change, exit } = await changed('mode', 'set', 'nftables')
      expect([exit, change.rollout?.state]).to.deep.equal([0, 'done'])
      const after = await outcomesIn(cluster, worldNamespace)
      const differing = [...before].filter(([packet, told]) => after.get(packet) !== told)
      const unannounced = differing.filter(([packet]) => !announced.some((name) => packet.startsWith(`${name} `)))
      process.stderr.write(
        `${before.size} kinds of packets, ${differing.length} of which become something else, as mode check has said\n`,
      )
      expect(unannounced.map(([packet, told]) => [packet, told, after.get(packet)])).to.deep.equal([])
      expect([...after.keys()].sort()).to.deep.equal([...before.keys()].sort())
      expect(before.size).to.be.greaterThan(500)
    } finally {
      await cluster.kubectl(['delete', 'namespace', worldNamespace])
    }
  })

  it(`is finished or taken back after ${kills} strokes at random moments, and clients are served throughout`, async function () {
    this.timeout(kills * 90_000)
    this.retries(1)
    const random = new Random(seed)
    const rows: string[] = []
    const all: number[] = []
    let running = startKpx(cluster, ...(await nextOf(random)))
    for (let stroke = 0; stroke < kills; stroke++) {
      const moment = 500 + random.below(9_000)
      const wanted = random.oneIn(3) ? random.pick(victims) : 'kpx'
      await Promise.race([delay(moment), running.ended])
      const victim = wanted === 'kube-proxy' && (await changingNode(cluster)) === undefined ? 'kpx' : wanted
      const hit = running.isOver() ? `it had ended with ${await running.ended}` : `${victim} after ${moment} ms`
      if (!running.isOver()) await strike(victim, running, cluster, random)
      const { failed, lost } = tollOf(await meter(cluster, echo, { seconds: 1, rate: 5 }))
      rows.push(`${String(stroke + 1).padStart(3)}  ${running.words.padEnd(20)}  ${hit}; ${failed} failed`)
      all.push(failed)
      expect(failed, JSON.stringify([rows.at(-1), lost, running.said()])).to.be.at.most(few)
      if (victim !== 'kpx' && !running.isOver()) await running.ended
      running = startKpx(cluster, ...(await nextOf(random)))
    }
    await running.ended
    process.stderr.write(`${rows.join('\n')}\n`)
    expect(all.reduce((sum, one) => sum + one, 0)).to.be.at.most(few)
    if (await isLeft()) expect((await changed('rollout', 'undo')).exit).to.equal(0)
    await isClean()
  })

  const isLeft = async (): Promise<boolean> =>
    (await cluster.kubectl(['get', 'leases', '-n', namespace, '-o', 'name'])).includes('kpx')

  /** The other mode, where no rollout was left; else on with that, or back. */
  async function nextOf(random: Random): Promise<string[]> {
    if (await isLeft()) return ['rollout', random.oneIn(2) ? 'resume' : 'undo']
    const { stdout } = await kpx('config', 'get', 'mode')
    return ['mode', 'set', stdout.trim() === 'nftables' ? 'iptables' : 'nftables']
  }
})

interface Toll {
  readonly sent: number
  /** New connections, and questions of flows. */
  readonly failed: number
  /** Connections that were held. */
  readonly broken: number
  readonly outageMs: number
  readonly lost: readonly Pick<Metered, 'client' | 'failed' | 'first' | 'name'>[]
}

function tollOf(all: readonly Metered[]): Toll {
  const isHeld = ({ name }: Metered): boolean => name.startsWith('held')
  const count = (some: readonly Metered[]): number =>
    some.reduce((sum, { failed }) => sum + Object.values(failed).reduce((total, one) => total + one, 0), 0)
  return {
    sent: all.filter((one) => !isHeld(one)).reduce((sum, { sent }) => sum + sent, 0),
    failed: count(all.filter((one) => !isHeld(one))),
    broken: count(all.filter(isHeld)),
    outageMs: Math.max(...all.map(({ outageMs }) => outageMs)),
    lost: all
      .filter(({ failed }) => Object.keys(failed).length > 0)
      .map(({ client, failed, first, name }) => ({ client, name, failed, first })),
  }
}

const rowOf = (what: string, toll: Toll | undefined): string =>
  [
    what.padEnd(18),
    `${toll?.failed} of ${toll?.sent} failed`.padEnd(22),
    `${toll?.broken} broken`,
    `longest outage ${toll?.outageMs} ms`,
  ].join('  ')

async function inTurn<T, R>(all: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (const one of all) done.push(await each(one))
  return done
}
