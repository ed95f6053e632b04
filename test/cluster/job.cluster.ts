/** kpx in a pod of a real cluster, as `kpx job` makes it, finds what it finds from outside. */
import { expect } from 'chai'
import { kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import type { Cluster } from './cluster.ts'
import { kpxArchive } from './containerfile.ts'
import { importImage } from './node.ts'
import { run } from './run.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { service, webManifests } from './web.ts'

const coldBuild = 40 * 60_000
const image = 'localhost/kpx:1'

describe('kpx in the cluster', function () {
  this.timeout(120_000)
  let cluster: Cluster

  const kpx = (...argv: string[]): Promise<Ran> => kpxProcess(...argv, '--kubeconfig', cluster.kubeconfig)
  const own = (...argv: string[]): Promise<string> => cluster.kubectl(['-n', 'kpx', ...argv])

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `job-${process.pid}` })
    const input = await kpxArchive(image)
    for (const node of cluster.nodes) await run(...cluster.on(node, ...importImage), { input })
    await cluster.create([...webManifests(cluster.nodes), service('idle', 'none', { type: 'NodePort' }, 30001)])
    await until('all is in order', async () => (await kpx('verify')).exit === 0)
  })

  after('ends', () => cluster?.down())

  const applied = async (...argv: string[]): Promise<void> => {
    const { stdout } = await kpxProcess('job', '--image', image, ...argv)
    await cluster.kubectl(['apply', '-f', '-'], { input: stdout })
  }

  /** The Job's answer, when it has ended, and its exit code. */
  async function answerOf(job: string): Promise<{ exit: number; stdout: string }> {
    const pods = [
      'get',
      'pods',
      '-l',
      `job-name=${job}`,
      '-o',
      'jsonpath={.items[0].status.containerStatuses[0].state}',
    ]
    const state = async () => JSON.parse((await own(...pods)) || '{}') as { terminated?: { exitCode: number } }
    await until(`${job} ends`, async () => (await state()).terminated !== undefined)
    return { exit: (await state()).terminated?.exitCode ?? NaN, stdout: await own('logs', `job/${job}`) }
  }

  const codes = (stdout: string): string[] => {
    const list = JSON.parse(stdout) as { findings: { code: string; node: string | null }[]; checks: { code: string }[] }
    return [
      ...list.findings.map(({ code, node }) => `${code} ${node}`),
      ...list.checks.map((check) => JSON.stringify(check)),
    ].sort()
  }

  for (const [command, ...flags] of [
    ['preflight', '-o', 'json'],
    ['services', '-o', 'json'],
  ] as const) {
    it(`answers ${command} as it does outside`, async () => {
      await applied('--', command, ...flags)
      // by the same rights
      const outside = await kpx(command, ...flags, '--as', 'system:serviceaccount:kpx:kpx')
      const inside = await answerOf(`kpx-${command}`)
      expect(inside.exit, inside.stdout).to.equal(outside.exit)
      if (command === 'services') expect(JSON.parse(inside.stdout)).to.deep.equal(JSON.parse(outside.stdout))
      else expect(codes(inside.stdout)).to.deep.equal(codes(outside.stdout))
    })
  }

  it('fails where the answer is no, and its pod says why', async () => {
    const drop = ['-I', 'FORWARD', '-d', '10.244.0.0/16', '-p', 'tcp', '--dport', '8080', '-j', 'DROP']
    await run(...cluster.on('node2', 'iptables', ...drop))
    await applied('--name', 'kpx-broken', '--', 'verify', '--settle', '1s')
    const { exit, stdout } = await answerOf('kpx-broken')
    await run(...cluster.on('node2', 'iptables', '-D', ...drop.slice(1)))
    expect(exit).to.equal(1)
    expect(stdout).to.include('KPX3011 on node2')
    const failed = ['get', 'job/kpx-broken', '-o', 'jsonpath={.status.failed}']
    await until('the Job has failed', async () => (await own(...failed)) === '1')
    const message = '{.items[0].status.containerStatuses[0].state.terminated.message}'
    expect(await own('get', 'pods', '-l', 'job-name=kpx-broken', '-o', `jsonpath=${message}`)).to.include('KPX3011')
  })

  it('may do nothing but read', async () => {
    // kpx job refuses to print such a one
    const { stdout: printed } = await kpxProcess('job', '--image', image, '--name', 'kpx-change', '-o', 'json')
    const words = JSON.stringify(['config', 'set', 'iptables.syncPeriod=31s', '--yes'])
    const input = printed.replace(/"args": \[[^\]]*\]/, `"args": ${words}`)
    await cluster.kubectl(['apply', '-f', '-'], { input })
    const { exit, stdout } = await answerOf('kpx-change')
    expect(exit, stdout).to.equal(3)
    expect(stdout).to.include('kpx rbac --changes')
  })

  it('runs at its times', async () => {
    await applied('--name', 'kpx-often', '--schedule', '0 6 * * *')
    await own('create', 'job', '--from=cronjob/kpx-often', 'kpx-now')
    expect((await answerOf('kpx-now')).exit).to.equal(0)
  })
})
