/** Getting at a node of a real cluster whose pod of kube-proxy is gone. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { ServiceList } from '../../src/answer/services.ts'
import { kpxProcess, root } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import type { Cluster } from './cluster.ts'
import { apiServer } from './control-plane.ts'
import { toolsImage } from './images.ts'
import { attempt } from './run.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { service } from './web.ts'

const coldBuild = 40 * 60_000
const services = ['services', '-o', 'json']

describe('a node of a cluster', function () {
  this.timeout(120_000)
  let cluster: Cluster
  /** What is said while kube-proxy is on both nodes. */
  let whole: ServiceList
  const folder = mkdtempSync(join(tmpdir(), 'kpx-access-'))

  const kpx = (...argv: string[]): Promise<Ran> => kpxProcess(...argv, '--kubeconfig', cluster.kubeconfig)
  const listed = ({ stdout }: Ran): ServiceList => JSON.parse(stdout) as ServiceList
  const ways = ({ seen }: ServiceList): string[] => seen.reached?.map(({ node, way }) => `${node} ${way}`) ?? []
  const blind = ({ seen }: ServiceList): string =>
    seen.blind.map(({ fix = '', node, why }) => `${node}: ${why}; ${fix}`).join('\n')
  const ofNode2 = ({ items }: ServiceList): ServiceList['items'] => items.filter(({ node }) => node === 'node2')

  const debugPods = async (): Promise<string[]> => {
    const query = ['-n', 'kube-system', '-l', 'app.kubernetes.io/managed-by=kpx', '-o', 'name']
    return (await cluster.kubectl(['get', 'pods', ...query])).split('\n').filter(Boolean)
  }
  const noneIsLeft = (): Promise<void> => until('no debug pod', async () => (await debugPods()).length === 0)

  before('starts, and loses a pod of kube-proxy', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `access-${process.pid}` })
    await cluster.create([service('web', 'none'), service('idle', 'none', { type: 'NodePort' }, 30001)])
    await until('rules on both nodes', async () => {
      whole = listed(await kpx(...services))
      return whole.items.every(({ verdict }) => verdict === 'reject' || verdict === 'deliver')
    })
    expect(ways(whole)).to.deep.equal(['node1 exec', 'node2 exec'])
    const elsewhere = [{ key: 'kubernetes.io/hostname', operator: 'NotIn', values: ['node2'] }]
    const nodeSelectorTerms = [{ matchExpressions: elsewhere }]
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } }
    const patch = JSON.stringify({ spec: { template: { spec: { affinity } } } })
    await cluster.kubectl(['patch', '-n', 'kube-system', 'daemonset/kube-proxy', '-p', patch])
    await cluster.kubectl(['rollout', 'status', '-n', 'kube-system', 'daemonset/kube-proxy', '--timeout=60s'])
    const onNode2 = ['get', 'pods', '-n', 'kube-system', '--field-selector=spec.nodeName=node2', '-o', 'name']
    await until('no kube-proxy on node2', async () => (await cluster.kubectl(onNode2)) === '')
  })

  after('ends', async () => {
    rmSync(folder, { recursive: true })
    await cluster?.down()
  })

  it('is blind without consent, and the answer names the flag', async () => {
    const both = await kpx(...services)
    expect([both.exit, ways(listed(both)), both.stderr]).to.deep.equal([3, ['node1 exec'], ''])
    expect(blind(listed(both))).to.include('node2: debug pod: only with --allow-debug-pods')
    expect((await kpx(...services, '--node', 'node2')).exit).to.equal(3)
  })

  it('is seen as before in a debug pod, which is deleted', async () => {
    const ran = await kpx(...services, '--allow-debug-pods')
    expect(listed(ran).items).to.deep.equal(whole.items)
    expect(ways(listed(ran))).to.deep.equal(['node1 exec', 'node2 debug-pod'])
    expect([listed(ran).seen.blind, ran.exit]).to.deep.equal([[], 0])
    expect(ran.stderr).to.include('name: kpx-debug-').and.include('image: localhost/kube-proxy:')
    await noneIsLeft()
  })

  it('is seen by who consents at the terminal', async () => {
    const words = [process.execPath, `${root}bin/run.js`, 'services', '--kubeconfig', cluster.kubeconfig]
    const terminal = spawn('script', ['--quiet', '--return', '--command', words.join(' '), '/dev/null'])
    const printed: string[] = []
    terminal.stdout.on('data', (bytes: Buffer) => printed.push(bytes.toString('utf8')))
    await until('the question', async () => printed.join('').includes('to look at node2?'))
    expect(await debugPods()).to.deep.equal([])
    const ended = once(terminal, 'close')
    terminal.stdin.write('y\r')
    expect(await ended).to.deep.equal([0, null])
    expect(printed.join('')).to.include('node2 read in a debug pod')
    await noneIsLeft()
  })

  /** kpx at work, as soon as its debug pod is there. */
  async function atWork(): Promise<ChildProcess> {
    const argv = [`${root}bin/run.js`, ...services, '--allow-debug-pods', '--kubeconfig', cluster.kubeconfig]
    const child = spawn(process.execPath, argv, { stdio: 'ignore' })
    await until('a debug pod', async () => (await debugPods()).length > 0)
    return child
  }

  it('has no debug pod any more after Ctrl-C', async () => {
    for (const [signal, exit] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const child = await atWork()
      const ended = once(child, 'exit')
      child.kill(signal)
      expect(await ended).to.deep.equal([exit, null])
      await noneIsLeft()
    }
  })

  it('has the debug pod of a killed kpx until the next one comes', async () => {
    const child = await atWork()
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    const [left = ''] = await debugPods()
    const name = left.replace('pod/', '')
    expect((await kpx(...services)).stderr).to.equal('')
    expect(await debugPods()).to.deep.equal([left])
    const { stderr } = await kpx(...services, '--allow-debug-pods')
    expect(stderr).to.include(`deleted kube-system/${name}, a debug pod that an earlier run of kpx has left`)
    await noneIsLeft()
  })

  it('is told of an image that has nothing to run', async () => {
    const ran = await kpx(...services, '--allow-debug-pods', '--debug-image', toolsImage)
    expect(blind(listed(ran)))
      .to.include('node2: debug pod: ')
      .and.include('StartError')
      .and.include('--debug-image')
    await noneIsLeft()
  })

  it('is seen by who has the roles of kpx rbac, and without that for debug pods the answer names its rule', async () => {
    const apply = async (...argv: string[]): Promise<string> =>
      cluster.kubectl(['apply', '-f', '-'], { input: (await kpxProcess('rbac', ...argv, '-o', 'json')).stdout })
    const asReader = async (): Promise<ServiceList> => {
      const ran = await kpx(...services, '--allow-debug-pods', '--as', 'reader')
      return ran.exit === 0 || ran.stdout.includes('"ServiceList"')
        ? listed(ran)
        : { ...whole, seen: { nodes: [], of: 2, blind: [] } }
    }
    await apply()
    const bind = async (role: string): Promise<string> =>
      cluster.kubectl(['create', 'rolebinding', role, '-n', 'kube-system', `--role=${role}`, '--user=reader'])
    await cluster.kubectl(['create', 'clusterrolebinding', 'reader', '--clusterrole=kpx-reader', '--user=reader'])
    await bind('kpx-reader')
    const rule = 'resources: ["pods"], verbs: ["create", "delete", "get"]'
    await until('the roles, and the missing rule', async () => blind(await asReader()).includes(rule))
    await apply('--allow-debug-pods')
    await bind('kpx-debug-pods')
    await until('the role for debug pods', async () => ways(await asReader()).includes('node2 debug-pod'))
    await noneIsLeft()
  })

  it('is seen by --via, and only the node that it leads to', async () => {
    const [program, argv] = cluster.on('node2')
    const ran = await kpx(...services, '--via', [program, ...argv].join(' '))
    expect(ways(listed(ran))).to.deep.equal(['node1 exec', 'node2 via'])
    expect(listed(ran).items).to.deep.equal(whole.items)
    expect(listed(ran).seen.reached?.[0]?.instead).to.include(
      '--via nsenter: the machine that it leads to has other addresses',
    )
  })

  it('is seen by kpx that runs on it', async () => {
    const file = join(folder, 'kubeconfig')
    const config = readFileSync(cluster.kubeconfig, 'utf8')
    writeFileSync(file, config.replace(/"server":"[^"]*"/, `"server":"${apiServer}"`), { mode: 0o600 })
    const command = [process.execPath, `${root}bin/run.js`, ...services, '--node', 'node2', '--kubeconfig', file]
    const ran = await attempt(...cluster.on('node2', ...command))
    expect([ran.stderr, ran.exit]).to.deep.equal(['', 0])
    const here = JSON.parse(ran.stdout) as ServiceList
    expect(ways(here)).to.deep.equal(['node2 local'])
    expect(here.items).to.deep.equal(ofNode2(whole))
  })
})
