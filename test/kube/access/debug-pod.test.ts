/** Debug pods: made with consent only, seen by as if kube-proxy's own pod were there, and not left behind. Needs `npm run build`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { debugPod } from '../../../src/kube/access/debug-pod-manifest.ts'
import type { Script } from '../../fake/api-server.ts'
import { withoutKubeProxy } from '../../fake/debug-pods.ts'
import { recordedCluster } from '../../fake/recorded-cluster.ts'
import { kpx, kpxProcess, root } from '../../kpx.ts'
import { asked, blind, closeServer, listed, live, recorded, recording, serve } from './live.ts'

const pods = '/api/v1/namespaces/kube-system/pods'

describe('a node', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-access-'))
  })

  afterEach(async () => {
    await closeServer()
    rmSync(folder, { recursive: true })
  })

  it('is asked in the pod of kube-proxy where there is one', async () => {
    const ran = await live(recordedCluster(recording), 'services', '-o', 'json', '--allow-debug-pods')
    const reached = listed(ran).seen.reached ?? []
    expect(reached.map(({ node, way }) => `${node} ${way}`)).to.deep.equal(['node1 exec', 'node2 exec'])
    expect(reached[0]?.through).to.match(/^kube-system\/kube-proxy-/)
    expect(ran.stderr).to.equal('')
  })

  describe('without kube-proxy', () => {
    it('is not looked at without consent, and the answer says what would help', async () => {
      const { script, written } = withoutKubeProxy(recording, 'node2')
      const ran = await live(script, 'services', '-o', 'json')
      expect(blind(ran)).to.include('node2: kube-proxy: no pod of kube-proxy runs').and.include('--allow-debug-pods')
      expect({ exit: ran.exit, written }).to.deep.equal({ exit: 3, written: [] })
    })

    it('is looked at in a debug pod that was announced, and that is deleted', async () => {
      const { script, there, written } = withoutKubeProxy(recording, 'node2')
      const ran = await live(script, 'services', '-o', 'json', '--allow-debug-pods')
      expect(listed(ran).items).to.deep.equal(await recorded())
      const [made, deleted] = written
      const pod = made?.object as ReturnType<typeof debugPod>
      const { name } = pod.metadata
      expect([made?.what, deleted?.what]).to.deep.equal([`POST ${pods}`, `DELETE ${pods}/${name}`])
      expect([written.length, there.size]).to.deep.equal([2, 0])
      expect(pod.spec).to.deep.include({ nodeName: 'node2', hostNetwork: true, tolerations: [{ operator: 'Exists' }] })
      expect(pod.spec.activeDeadlineSeconds).to.be.within(60, 600)
      expect(pod.metadata.labels).to.include({ 'app.kubernetes.io/managed-by': 'kpx' })
      // what the pods of kube-proxy on other nodes have
      expect(pod.spec.containers.map(({ image }) => image)).to.deep.equal(Array(2).fill('kpx.test/kube-proxy:v1.33.13'))
      for (const word of [name, 'kube-system', 'nodeName: node2', 'v1.33.13', 'hostNetwork: true', 'NET_ADMIN']) {
        expect(ran.stderr).to.include(word)
      }
      expect(listed(ran).seen.reached?.[1]).to.deep.equal({
        node: 'node2',
        way: 'debug-pod',
        through: `kube-system/${name}`,
        instead: 'kube-proxy: no pod of kube-proxy runs on this node',
      })
    })

    it('is looked at in the container that runs, where the image has not what the other one needs', async () => {
      const missing = { terminated: { reason: 'StartError', message: 'exec: "sleep": executable file not found' } }
      const containerStatuses = [
        { name: 'sleep', state: missing },
        { name: 'wait', state: { running: {} } },
      ]
      const { script } = withoutKubeProxy(recording, 'node2', {
        status: () => ({ phase: 'Running', containerStatuses }),
      })
      const ran = await live(script, 'services', '-o', 'json', '--allow-debug-pods')
      expect(listed(ran).items).to.deep.equal(await recorded())
      const execs = asked().filter((path) => /kpx-debug-.*exec/.test(path))
      expect(execs.every((path) => path.includes('container=wait'))).to.equal(true)
    })

    it('is told how it was read, live and from a capture', async () => {
      const { script } = withoutKubeProxy(recording, 'node2')
      const path = join(folder, 'taken')
      await live(script, 'capture', path, '--allow-debug-pods')
      const taken = await kpx('services', '--from', path)
      expect(taken.stdout.replaceAll(/\s+/g, ' ')).to.include('note: node2 read in a debug pod')
      expect(taken.stdout).to.equal((await live(script, 'services', '--allow-debug-pods')).stdout)
    })

    it('is not seen where its debug pod does not run, and the pod is deleted', async () => {
      const state = (waiting: object) => ({
        phase: 'Pending',
        containerStatuses: [{ name: 'sleep', state: { waiting } }],
      })
      const missing = { terminated: { reason: 'StartError', message: 'exec: "sleep": executable file not found' } }
      const wrong: Record<string, object> = {
        'ErrImagePull: no such image; name an image': state({ reason: 'ErrImagePull', message: 'no such image' }),
        'pod does not fit; ': { phase: 'Failed', reason: 'OutOfpods', message: 'pod does not fit' },
        'StartError: exec: "sleep": executable': {
          phase: 'Failed',
          containerStatuses: [{ name: 'sleep', state: missing }],
        },
        'does not run yet (ContainerCreating)': state({ reason: 'ContainerCreating' }),
      }
      for (const [why, status] of Object.entries(wrong)) {
        const { script, there, written } = withoutKubeProxy(recording, 'node2', { status: () => status })
        const argv = ['services', '-o', 'json', '--allow-debug-pods', '--request-timeout', '700ms']
        const ran = await live(script, ...argv, '--debug-image', 'tools:1')
        expect(blind(ran)).to.include('node2: debug pod: ').and.include(why)
        expect([ran.exit, written.length, there.size]).to.deep.equal([3, 2, 0])
        expect(JSON.stringify(written[0]?.object)).to.include('"image":"tools:1"')
      }
    })

    it('is not seen by who may not make pods, and the answer names the rule', async () => {
      const { script } = withoutKubeProxy(recording, 'node2')
      const write: Script['write'] = () => ({ status: 403, body: { message: 'User "ci" cannot create pods' } })
      const ran = await live({ ...script, write }, 'services', '-o', 'json', '--allow-debug-pods')
      expect(blind(ran))
        .to.include('User "ci" cannot create pods')
        .and.include(
          'kpx rbac --allow-debug-pods: apiGroups: [""], resources: ["pods"], verbs: ["create", "delete", "get"]',
        )
      expect(ran.exit).to.equal(3)
    })

    it('is not seen where a policy refuses pods, and no rule is named for that', async () => {
      const { script } = withoutKubeProxy(recording, 'node2')
      const message = 'pods "kpx-debug-1" is forbidden: violates PodSecurity "restricted:latest": host namespaces'
      const write: Script['write'] = () => ({ status: 403, body: { message } })
      const ran = await live({ ...script, write }, 'services', '-o', 'json', '--allow-debug-pods')
      expect(blind(ran)).to.include('violates PodSecurity').and.include('no role helps here')
      expect(blind(ran)).to.not.include('kpx rbac')
    })

    it('gets no debug pod where none can start', async () => {
      const ready = { conditions: [{ type: 'Ready', status: 'True' }] }
      const wrong: Record<string, { readonly labels?: object; readonly status: object }> = {
        'none can start, as the node is not Ready': { status: {} },
        'none for Windows is known to kpx': { labels: { 'kubernetes.io/os': 'windows' }, status: ready },
      }
      for (const [why, { labels, status }] of Object.entries(wrong)) {
        const { script, written } = withoutKubeProxy(recording, 'node2')
        const items = [{ metadata: { name: 'node2', labels }, status }]
        const get: Script['get'] = (url, request) =>
          url.pathname === '/api/v1/nodes' ? { body: { items } } : script.get(url, request)
        const ran = await live({ ...script, get }, 'services', '-o', 'json', '--allow-debug-pods')
        expect(blind(ran)).to.include(`node2: debug pod: ${why}`)
        expect([ran.exit, written]).to.deep.equal([3, []])
      }
    })

    it('whose debug pod cannot be deleted is seen, and the answer says how to delete it', async () => {
      const { script } = withoutKubeProxy(recording, 'node2')
      const write: Script['write'] = (method, path, object, query) =>
        method === 'DELETE'
          ? { status: 500, body: { message: 'no leader' } }
          : script.write(method, path, object, query)
      const ran = await live({ ...script, write }, 'services', '-o', 'json', '--allow-debug-pods')
      expect(listed(ran).items).to.deep.equal(await recorded())
      expect(blind(ran)).to.match(
        /is not deleted: .*no leader; delete it: kubectl delete pod -n kube-system kpx-debug-/,
      )
    })

    it('has no debug pod any more when a signal ends kpx, which then answers nothing', async () => {
      for (const [signal, exit] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
        const { script, there } = withoutKubeProxy(recording, 'node2')
        const exec: Script['exec'] = (pod, words) => (there.has(pod) ? 'hang' : script.exec(pod, words))
        const { kubeconfig } = await serve({ ...script, exec })
        const argv = ['services', '--allow-debug-pods', '--kubeconfig', kubeconfig]
        const child = spawn(process.execPath, [`${root}bin/run.js`, ...argv], { stdio: ['ignore', 'pipe', 'ignore'] })
        const ended = once(child, 'exit')
        while (!asked().some((path) => /kpx-debug-\w+\/exec/.test(path))) await sleep(20)
        child.kill(signal as NodeJS.Signals)
        expect(await text(child.stdout)).to.equal('')
        expect([await ended, there.size]).to.deep.equal([[exit, null], 0])
      }
    })

    it('has no debug pod any more where another question fails', async () => {
      const { script, there, written } = withoutKubeProxy(recording, 'node2')
      const exec: Script['exec'] = (pod, words) => (there.has(pod) ? 'hang' : script.exec(pod, words))
      const get: Script['get'] = (url, request) =>
        url.pathname.endsWith('/log') ? { status: 403, body: {} } : script.get(url, request)
      const { kubeconfig } = await serve({ ...script, exec, get })
      const { exit, stderr } = await kpxProcess('status', '--allow-debug-pods', '--kubeconfig', kubeconfig)
      expect(stderr).to.include('KPX1015').and.include('["pods/log"]')
      expect([exit, written.length, there.size]).to.deep.equal([3, 2, 0])
    })

    it('has the debug pods deleted that nobody uses any more, and no others', async () => {
      const { metadata } = debugPod('node1', 'image')
      const now = new Date().toISOString()
      const one = (name: string, more: object, status: object = { phase: 'Running' }) => ({
        metadata: { ...metadata, name, creationTimestamp: now, ...more },
        status,
      })
      const [machine = ''] = metadata.annotations['kpx/owner']?.split('.') ?? []
      const of = (owner: string) => ({ annotations: { 'kpx/owner': owner } })
      const ended = 2 ** 22 + 1
      const left = [
        one('ended', of('elsewhere.1'), { phase: 'Failed' }),
        one('killed', of(`${machine}.${ended}`)),
        one('old', { ...of('elsewhere.1'), creationTimestamp: '2020-01-01T00:00:00Z' }),
      ]
      const used = [
        one('of-this-run', {}),
        one('of-another-machine', of(`elsewhere.${ended}`)),
        one('ends-already', { ...of(`${machine}.${ended}`), deletionTimestamp: now }),
        one('not-kpx', { ...of(`${machine}.${ended}`), labels: { 'app.kubernetes.io/managed-by': 'kpx' } }),
        one('in-another-namespace', { ...of(`${machine}.${ended}`), namespace: 'default' }),
      ]
      const { script, written } = withoutKubeProxy(recording, 'node2', { pods: [...left, ...used] })
      const { stderr } = await live(script, 'services', '--allow-debug-pods', '--node', 'node1')
      const deleted = written.map(({ what }) => what)
      expect(deleted).to.deep.equal(['ended', 'killed', 'old'].map((name) => `DELETE ${pods}/${name}`))
      // the node that is asked for has kube-proxy, and none of those pods is there
      expect(stderr).to.include('deleted kube-system/killed, a debug pod that an earlier run')
      const write: Script['write'] = () => ({ status: 403, body: { message: 'not you' } })
      const refused = await live({ ...script, write }, 'services', '--allow-debug-pods', '--node', 'node1')
      expect(refused.stderr).to.match(/^cannot delete kube-system\/ended, .*not you$/m)
      expect(refused.exit).to.equal(0)
    })
  })
})
