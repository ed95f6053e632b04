/** The ways to get at a node: which one is used, that it sees the same, and that nothing is left behind. Needs `npm run build`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { ServiceList } from '../../src/answer/services.ts'
import { debugPod } from '../../src/kube/access/debug-pod-manifest.ts'
import { machineAddresses } from '../../src/kube/access/machine-addresses.ts'
import { nodeFiles } from '../../src/kube/node-files.ts'
import { startApiServer } from '../fake/api-server.ts'
import type { FakeApiServer, Script } from '../fake/api-server.ts'
import { withoutKubeProxy } from '../fake/debug-pods.ts'
import { itemsOf, recordedCluster } from '../fake/recorded-cluster.ts'
import { captures, kpx, root } from '../kpx.ts'
import type { Ran } from '../kpx.ts'

const recording = 'k1.33-iptables'
const pods = '/api/v1/namespaces/kube-system/pods'

let server: FakeApiServer | undefined

async function live(script: Script, ...argv: string[]): Promise<Ran> {
  await server?.close()
  server = await startApiServer(script)
  return kpx(...argv, '--kubeconfig', server.kubeconfig)
}

const listed = ({ stdout }: Ran): ServiceList => JSON.parse(stdout) as ServiceList

/** The services of the recording itself. */
const recorded = async (): Promise<ServiceList['items']> =>
  listed(await kpx('services', '-o', 'json', '--from', `${captures}/${recording}`)).items

/** What was not seen, in one line. */
const blind = (ran: Ran): string =>
  listed(ran)
    .seen.blind.map(({ node, why }) => `${node}: ${why}`)
    .join('\n')

describe('a node', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-access-'))
  })

  afterEach(async () => {
    await server?.close()
    server = undefined
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
      expect({ exit: ran.exit, written }).to.deep.equal({ exit: 0, written: [] })
      const only = await live(script, 'services', '-o', 'json', '--node', 'node2')
      expect(only.exit).to.equal(3)
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
      const execs = server?.asked.filter((path) => /kpx-debug-.*exec/.test(path)) ?? []
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
        expect([ran.exit, written.length, there.size]).to.deep.equal([0, 2, 0])
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
      expect(ran.exit).to.equal(0)
    })

    it('gets no debug pod while it is not Ready', async () => {
      const { script, written } = withoutKubeProxy(recording, 'node2')
      const nodes = itemsOf(recording, 'nodes').map((node) => ({ ...node, status: {} }))
      const get: Script['get'] = (url, request) =>
        url.pathname === '/api/v1/nodes' ? { body: { items: nodes } } : script.get(url, request)
      const ran = await live({ ...script, get }, 'services', '-o', 'json', '--allow-debug-pods')
      expect(blind(ran)).to.include('node2: debug pod: none can start, as the node is not Ready')
      expect(written).to.deep.equal([])
    })

    it('whose debug pod cannot be deleted is seen, and the answer says how to delete it', async () => {
      const { script } = withoutKubeProxy(recording, 'node2')
      const write: Script['write'] = (method, path, object) =>
        method === 'DELETE' ? { status: 500, body: { message: 'no leader' } } : script.write(method, path, object)
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
        await server?.close()
        server = await startApiServer({ ...script, exec })
        const argv = ['services', '--allow-debug-pods', '--kubeconfig', server.kubeconfig]
        const child = spawn(process.execPath, [`${root}bin/run.js`, ...argv], { stdio: ['ignore', 'pipe', 'ignore'] })
        const ended = once(child, 'exit')
        while (!server.asked.some((path) => /kpx-debug-\w+\/exec/.test(path))) await sleep(20)
        child.kill(signal as NodeJS.Signals)
        expect(await text(child.stdout)).to.equal('')
        expect([await ended, there.size]).to.deep.equal([[exit, null], 0])
      }
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
      const { stderr } = await live(script, 'services', '--allow-debug-pods')
      const deleted = written.map(({ what }) => what).filter((what) => /^DELETE (?!.*kpx-debug-)/.test(what))
      expect(deleted).to.deep.equal(['ended', 'killed', 'old'].map((name) => `DELETE ${pods}/${name}`))
      expect(stderr).to.include('deleted kube-system/killed, a debug pod that an earlier run')
    })
  })

  describe('by --via', () => {
    const via = fileURLToPath(new URL('../fake/via.js', import.meta.url))

    /** What commands print on the recorded nodes, in the file that it returns. */
    function table(machines: Readonly<Record<string, unknown>>): string {
      const path = join(folder, 'table.json')
      writeFileSync(path, JSON.stringify(machines))
      return path
    }

    function machine(node: string): Record<string, string> {
      const pod = itemsOf(recording, 'pods').find(
        ({ metadata, spec }) => metadata.name.startsWith('kube-proxy') && spec.nodeName === node,
      )
      const { exec } = recordedCluster(recording)
      const commands = nodeFiles.flatMap(({ commands }) => commands.map(({ words }) => words))
      const printed = commands.flatMap((words): [string, string][] => {
        const ran = exec(pod?.metadata.name ?? '', words)
        return typeof ran === 'object' && 'stdout' in ran
          ? [[JSON.stringify(words), Buffer.from(ran.stdout).toString('base64')]]
          : []
      })
      const print = (text: string): string => Buffer.from(text).toString('base64')
      const trie = `Local:\n  |-- 10.200.0.${node === 'node1' ? 11 : 12}\n     /32 host LOCAL\n`
      return {
        ...Object.fromEntries(printed),
        '["cat","/proc/net/fib_trie"]': print(trie),
        '["cat","/proc/net/if_inet6"]': print(''),
      }
    }

    const both = () => table({ node1: machine('node1'), node2: machine('node2') })

    it('is read by it first', async () => {
      const command = `${process.execPath} '${via}' "${both()}" {node}`
      const ran = await live(recordedCluster(recording), 'services', '-o', 'json', '--via', command)
      expect(listed(ran).items).to.deep.equal(await recorded())
      expect(listed(ran).seen.reached?.map(({ way, through }) => `${way} ${through}`)).to.deep.equal([
        'via node',
        'via node',
      ])
      expect(server?.asked.filter((path) => path.includes('/exec'))).to.deep.equal([])
    })

    it('is read through the shell that ssh has on the other side', async () => {
      const ssh = join(folder, 'ssh')
      writeFileSync(ssh, '#!/bin/sh\nshift\nexec /bin/sh -c "$*"\n')
      chmodSync(ssh, 0o755)
      const command = `${ssh} {node} ${process.execPath} ${via} ${both()} {node}`
      const ran = await live(recordedCluster(recording), 'services', '-o', 'json', '--via', command)
      expect(listed(ran).items).to.deep.equal(await recorded())
      expect(listed(ran).seen).to.deep.include({ blind: [] })
      expect(listed(ran).seen.reached?.[0]).to.deep.include({ way: 'via', through: 'ssh' })
    })

    it('is read in another way where it leads to another machine or nowhere, and the answer says so', async () => {
      const wrong: Record<string, unknown> = {
        'other addresses, none of which is 10.200.0.12 or fd00:200::12': machine('node1'),
        'no route to node2': undefined,
        'no answer within 4 s': 'hangs',
        'cat: command not found': {},
      }
      for (const [why, node2] of Object.entries(wrong)) {
        const command = `${process.execPath} ${via} ${table({ node1: machine('node1'), node2 })} {node}`
        const argv = ['services', '-o', 'json', '--via', command, '--request-timeout', '4s']
        const { seen } = listed(await live(recordedCluster(recording), ...argv))
        expect(seen.reached?.map(({ way }) => way)).to.deep.equal(['via', 'exec'])
        expect(seen.reached?.[1]?.instead).to.include('--via node: ').and.include(why)
      }
    })

    it('is not asked where the line is none', async () => {
      for (const line of ['', '  ', "ssh 'node1", "''"]) {
        const { exit, stderr } = await live(recordedCluster(recording), 'services', '--via', line)
        expect({ exit, code: stderr.includes('KPX1001') }).to.deep.equal({ exit: 2, code: true })
      }
    })

    it('that has a name like an option is not asked', async () => {
      const cluster = recordedCluster(recording)
      const [node] = itemsOf(recording, 'nodes')
      const hostile = { ...node, metadata: { name: '-oProxyCommand=touch' } }
      const get: Script['get'] = (url, request) =>
        url.pathname === '/api/v1/nodes' ? { body: { items: [hostile] } } : cluster.get(url, request)
      const ran = await live({ ...cluster, get }, 'services', '-o', 'json', '--via', `${via} {node}`)
      expect(blind(ran)).to.include('"-oProxyCommand=touch" is no host')
    })
  })

  it('is read on the spot where kpx runs on it, by root', async () => {
    const ips = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))
    const node = {
      metadata: { name: 'this' },
      status: {
        addresses: [
          { type: 'Hostname', address: hostname() },
          { type: 'InternalIP', address: ips[0] },
        ],
      },
    }
    const cluster = recordedCluster(recording)
    const askedOf = async (one: object): Promise<Ran> => {
      const get: Script['get'] = (url, request) =>
        url.pathname === '/api/v1/nodes' ? { body: { items: [one] } } : cluster.get(url, request)
      return live({ ...cluster, get }, 'services', '-o', 'json')
    }
    const here = await askedOf(node)
    if (process.getuid?.() === 0) {
      expect(listed(here).seen.reached?.[0]).to.deep.include({ node: 'this', way: 'local', through: hostname() })
    } else expect(blind(here)).to.include('this machine: it is this node, and its rules are for root to read')
    // the same name in another network
    const addresses = [
      { type: 'Hostname', address: hostname() },
      { type: 'InternalIP', address: '192.0.2.1' },
    ]
    const elsewhere = await askedOf({ ...node, status: { addresses } })
    expect([listed(elsewhere).seen.reached, blind(elsewhere).includes('this machine')]).to.deep.equal([
      undefined,
      false,
    ])
  })
})

describe('this machine', () => {
  it('is looked at without any API', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kpx-local-'))
    try {
      const path = join(folder, 'taken')
      const { stdout } = await kpx('capture', path, '--local', '-o', 'json')
      const { seen } = JSON.parse(stdout) as ServiceList
      expect([seen.of, seen.reached]).to.deep.equal([1, [{ node: hostname(), way: 'local', through: hostname() }]])
      const asked = await kpx('explain', 'address', '192.0.2.1', '--from', path, '-o', 'json')
      expect((JSON.parse(asked.stdout) as ServiceList).seen).to.deep.equal(seen)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the addresses of a machine', () => {
  it('are its own ones, not those that it has routes to', () => {
    const trie =
      'Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.0.0.2\n        /32 link UNICAST\n     |-- 10.0.0.1\n        /32 host LOCAL\n'
    const inet6 = 'fd000200000000000000000000000011 02 40 00 80     eth0\n'
    expect(machineAddresses(Buffer.from(trie), Buffer.from(inet6))).to.deep.equal([
      '10.0.0.1',
      'fd00:0200:0000:0000:0000:0000:0000:0011',
    ])
  })
})
