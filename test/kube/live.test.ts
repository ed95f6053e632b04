/** Live answers are those of a capture, and failures of the cluster are told with the next step. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { startApiServer, token } from '../fake/api-server.ts'
import type { FakeApiServer, Script } from '../fake/api-server.ts'
import { itemsOf, recordedCluster } from '../fake/recorded-cluster.ts'
import { captures, kpx } from '../kpx.ts'
import type { Ran } from '../kpx.ts'

let server: FakeApiServer | undefined

/** A recording was not made by kpx: it does not say how it got at the nodes, and has nft's tables in one list. */
function withoutReached({ exit, stderr, stdout }: Ran): object {
  if (!stdout.startsWith('{')) return { exit, stderr, stdout }
  const placed = stdout.replaceAll(/"nft-list-(?:ruleset|table)\.txt",\s*"line": ?\d+/g, '"nft"')
  const { seen, ...answer } = JSON.parse(placed) as { seen: object }
  return { exit, stderr, ...answer, seen: { ...seen, reached: undefined } }
}

const kubeProxyOf = (node: string): string | undefined =>
  itemsOf('k1.33-iptables', 'pods').find(
    ({ metadata, spec }) => metadata.name.startsWith('kube-proxy') && spec.nodeName === node,
  )?.metadata.name

async function live(script: Script, ...argv: string[]): Promise<Ran> {
  await server?.close()
  server = await startApiServer(script)
  const ran = await kpx(...argv, '--kubeconfig', server.kubeconfig)
  expect(ran.stdout + ran.stderr).to.not.include(token)
  return ran
}

describe('a live cluster', () => {
  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  /** A cluster of which each node is recorded. */
  const recording = 'k1.33-iptables'
  const cluster = recordedCluster(recording)

  for (const recording of ['k1.33-iptables', 'k1.37-nftables']) {
    for (const words of ['services', 'explain service web -n shop -o json', 'trace node1 shop/web']) {
      it(`answers as the recording ${recording} does: ${words}`, async () => {
        const now = await live(recordedCluster(recording), ...words.split(' '))
        const recorded = await kpx(...words.split(' '), '--from', `${captures}/${recording}`)
        expect(withoutReached(now)).to.deep.equal(withoutReached(recorded))
      })
    }
  }

  it('has the status that the recording has, now', async () => {
    const { exit, stdout } = await live(cluster, 'status', '-o', 'json')
    const recorded = await kpx('status', '-o', 'json', '--from', `${captures}/${recording}`)
    expect(exit).to.equal(0)
    const { seen: _live, ...now } = JSON.parse(stdout) as { seen: object }
    const { seen: _recorded, ...then } = JSON.parse(recorded.stdout) as { seen: object }
    // the metrics' changes have waited for nothing, and age is no part of the document
    expect(now).to.deep.equal(then)
  })

  it('is asked how it is where its configuration says', async () => {
    const path = '/api/v1/namespaces/kube-system/configmaps/kube-proxy'
    const get: Script['get'] = (url, request) => {
      const answer = cluster.get(url, request)
      if (url.pathname !== path) return answer
      const text = JSON.stringify(answer).replace(/metricsBindAddress: \\"\\"/, 'metricsBindAddress: 0.0.0.0:20249')
      return JSON.parse(text) as typeof answer
    }
    const forward: Script['forward'] = (pod, port, path) =>
      port === 10249 ? undefined : cluster.forward(pod, port === 20249 ? 10249 : port, path)
    const { stdout } = await live({ ...cluster, get, forward }, 'status', '-o', 'json')
    const { nodes } = JSON.parse(stdout) as { nodes: { running: string }[] }
    expect(nodes.map(({ running }) => running)).to.deep.equal(['iptables', 'iptables'])
  })

  it('says which rule is missing where a ConfigMap may not be read', async () => {
    const forbidden = '/api/v1/namespaces/kube-system/configmaps/kube-proxy'
    const get: Script['get'] = (url, request) =>
      url.pathname === forbidden ? { status: 403, body: { message: 'forbidden' } } : cluster.get(url, request)
    const { exit, stderr } = await live({ ...cluster, get }, 'status')
    expect(exit).to.equal(3)
    expect(stderr).to.include('(KPX1015)').and.include('a Role in namespace kube-system').and.include('["configmaps"]')
  })

  it('is told without what need not be there: its version, a ConfigMap, logs', async () => {
    const missing = /^\/version$|\/configmaps\/|\/log$/
    const get: Script['get'] = (url, request) => (missing.test(url.pathname) ? undefined : cluster.get(url, request))
    const { exit, stdout } = await live({ ...cluster, get }, 'status', '-o', 'json')
    expect(exit).to.equal(0)
    expect(JSON.parse(stdout)).to.deep.include({ server: null }).and.nested.include({ 'mode.effective': null })
  })

  it('is an example of what kube-proxy does, and is named by what to type next', async () => {
    const { exit, stdout } = await live(cluster, 'explain')
    expect(exit).to.equal(0)
    expect(stdout).to.include('In this cluster').and.include(`--kubeconfig ${server?.kubeconfig} --context fake`)
    const { stdout: mode } = await live(cluster, 'explain', 'mode', 'iptables')
    expect(mode).to.include('\nExample\n')
  })

  it('is asked for one node alone where only that is wanted', async () => {
    const { stdout } = await live(cluster, 'services', '--node', 'node2')
    expect(stdout.replaceAll(/\s+/g, ' '))
      .to.include('note: other nodes were not looked at (--node)')
      .and.include('node2')
      .and.not.include('seen ')
    expect(server?.asked.filter((path) => path.includes('/exec')).length).to.be.greaterThan(0)
    const folder = mkdtempSync(join(tmpdir(), 'kpx-part-'))
    await kpx('capture', join(folder, 'part'), '--node', 'node2', '--kubeconfig', server?.kubeconfig ?? '')
    const later = await kpx('services', '--from', join(folder, 'part'))
    rmSync(folder, { recursive: true })
    expect(later.stdout).to.equal(stdout)
    const pods = new Set(server?.asked.flatMap((path) => /pods\/([^/]+)\/exec/.exec(path)?.[1] ?? []))
    expect(pods.size).to.equal(1)
  })

  it('whose node cannot be looked at is answered for the others, and says why', async () => {
    const refusals: Record<string, Script['exec']> = {
      'iptables-nft-save: no space left on device': (_pod, [name = '']) =>
        name.startsWith('ip') ? { stdout: '', stderr: 'no space left on device', exitCode: 1 } : { missing: name },
      'has no iptables-save': (_pod, [name = '']) => ({ missing: name }),
      'the connection was closed': () => 'cut',
      'no answer within 2 s: ': () => 'hang',
    }
    for (const [why, refuse] of Object.entries(refusals)) {
      const first = kubeProxyOf('node1')
      const exec: Script['exec'] = (pod, words) =>
        (pod === first ? refuse?.(pod, words) : cluster.exec(pod, words)) ?? 'hang'
      const { exit, stdout } = await live({ ...cluster, exec }, 'services', '--request-timeout', '2s')
      expect(stdout.replaceAll(/\s+/g, ' ')).to.include('seen 1/2 nodes').and.include(why)
      expect(exit).to.equal(3)
    }
  })

  it('is not asked again on a node that hangs', async () => {
    const hung = kubeProxyOf('node1') ?? ''
    const exec: Script['exec'] = (pod, words) => (pod === hung ? 'hang' : cluster.exec(pod, words))
    const { stdout } = await live({ ...cluster, exec }, 'services', '--request-timeout', '2s')
    expect(stdout).to.include(`node1: kube-system/${hung}: no answer within 2 s`)
    const asked = server?.asked.filter((path) => path.includes(`${hung}/exec`)).length ?? 0
    expect(asked).to.be.within(1, 6)
  })

  it('whose node or pod is known not to be well says so where it does not answer, and the next step', async () => {
    const first = kubeProxyOf('node1') ?? ''
    const conditions = [{ type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }]
    const state = { waiting: { reason: 'CrashLoopBackOff' } }
    const changes: Record<string, [string, string, object]> = {
      'the node is not ready: Kubelet stopped posting node status. see its conditions: kubectl describe node node1': [
        'nodes',
        'node1',
        { conditions },
      ],
      'it does not run (CrashLoopBackOff), so that nothing': [
        'pods',
        first,
        { containerStatuses: [{ name: 'kube-proxy', state }] },
      ],
    }
    const exec: Script['exec'] = (pod, words) => (pod === first ? 'hang' : cluster.exec(pod, words))
    for (const [why, [list, name, status]] of Object.entries(changes)) {
      const items = itemsOf(recording, list).map((item) => (item.metadata.name === name ? { ...item, status } : item))
      const get: Script['get'] = (url, request) =>
        url.pathname === `/api/v1/${list}` ? { body: { items } } : cluster.get(url, request)
      const { exit, stdout } = await live({ ...cluster, get, exec }, 'services', '--request-timeout', '1s')
      expect(stdout.replaceAll(/\s+/g, ' ')).to.include(`node1: kube-`).and.include(why)
      expect(exit).to.equal(3)
    }
  })

  it('whose list is too old to go on with is asked for all of it', async () => {
    const get: Script['get'] = (url, request) => {
      if (url.searchParams.has('continue'))
        return { status: 410, body: { message: 'The provided continue parameter is too old' } }
      return cluster.get(url, request)
    }
    const { exit, stdout } = await live({ ...cluster, get }, 'services')
    expect({ exit, stdout }).to.include(
      await kpx('services', '--from', `${captures}/${recording}`).then(({ exit, stdout }) => ({ exit, stdout })),
    )
  })

  it('that refuses to answer is an error with its code and the next step', async () => {
    const answers: Record<string, [NonNullable<Script['get']>, string]> = {
      KPX1014: [() => ({ status: 401, body: { message: 'Unauthorized' } }), 'kubectl auth whoami'],
      KPX1015: [
        () => ({ status: 403, body: { message: 'User "ci" cannot list resource "services"' } }),
        'resources: ["',
      ],
      KPX1016: [() => ({ status: 500, body: { message: 'etcdserver: no leader' } }), 'etcdserver: no leader'],
      KPX1017: [() => 'hang', '--request-timeout'],
      KPX1013: [() => 'cut', 'connection was closed'],
    }
    for (const [code, [get, words]] of Object.entries(answers)) {
      const { exit, stderr } = await live({ get }, 'services', '--request-timeout', '2s')
      expect(stderr).to.include(`(${code})`).and.include(words)
      expect(exit, code).to.equal(3)
    }
  })

  it('that answers with a page is no API server', async () => {
    const { exit, stderr } = await live({ get: () => ({ body: '<html>Log in</html>' }) }, 'services')
    expect(stderr).to.include('KPX1016').and.include('login page')
    expect(exit).to.equal(3)
  })

  it('that is busy is asked again', async () => {
    let refused = 0
    const get: Script['get'] = (url, request) =>
      refused++ < 2 ? { status: 429, body: {}, headers: { 'retry-after': '0.05' } } : cluster.get(url, request)
    const { exit } = await live({ ...cluster, get }, 'services')
    expect(exit).to.equal(0)
  })

  it('in which kpx may not run commands says which rule is missing', async () => {
    const { exit, stderr } = await live({ ...cluster, execStatus: 403 }, 'services')
    expect(stderr).to.include('KPX1015').and.include('resources: ["pods/exec"]')
    expect(exit).to.equal(3)
  })
})
