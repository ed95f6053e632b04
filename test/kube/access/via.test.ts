/** --via: the user's own way to a node, which is used first and not believed blindly. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import type { Status } from '../../../src/answer/status/status.ts'
import { machineAddresses } from '../../../src/kube/access/machine-addresses.ts'
import { nodeFiles } from '../../../src/kube/node-files.ts'
import type { Script } from '../../fake/api-server.ts'
import { itemsOf, recordedCluster } from '../../fake/recorded-cluster.ts'
import { asked, blind, closeServer, listed, live, recorded, recording } from './live.ts'

describe('a node by --via', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-access-'))
  })

  afterEach(async () => {
    await closeServer()
    rmSync(folder, { recursive: true })
  })

  const via = fileURLToPath(new URL('../../fake/via.js', import.meta.url))

  /** What commands print on the recorded nodes, in the file that it returns. */
  function table(machines: Readonly<Record<string, unknown>>): string {
    const path = join(folder, 'table.json')
    writeFileSync(path, JSON.stringify(machines))
    return path
  }

  function machine(node: string): Record<string, object> {
    const pod = itemsOf(recording, 'pods').find(
      ({ metadata, spec }) => metadata.name.startsWith('kube-proxy') && spec.nodeName === node,
    )
    const { exec } = recordedCluster(recording)
    const commands = nodeFiles.flatMap(({ commands }) => commands.map(({ words }) => words))
    const printed = commands.flatMap((words): [string, object][] => {
      const ran = exec(pod?.metadata.name ?? '', words)
      return typeof ran === 'object' && 'stdout' in ran
        ? [[JSON.stringify(words), { ...ran, stdout: Buffer.from(ran.stdout).toString('base64') }]]
        : []
    })
    const print = (text: string): object => ({ stdout: Buffer.from(text).toString('base64') })
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
    expect(asked().filter((path) => path.includes('/exec'))).to.deep.equal([])
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
      'cat: command not found': {},
    }
    for (const [why, node2] of Object.entries(wrong)) {
      const command = `${process.execPath} ${via} ${table({ node1: machine('node1'), node2 })} {node}`
      const { seen } = listed(await live(recordedCluster(recording), 'services', '-o', 'json', '--via', command))
      expect(seen.reached?.map(({ way }) => way)).to.deep.equal(['via', 'exec'])
      expect(seen.reached?.[1]?.instead).to.include('--via node: ').and.include(why)
    }
  })

  it('is read in another way where nothing comes from it', async () => {
    const command = `${process.execPath} ${via} ${table({ node2: 'hangs' })} {node}`
    const argv = ['services', '-o', 'json', '--node', 'node2', '--via', command, '--request-timeout', '2s']
    const { seen } = listed(await live(recordedCluster(recording), ...argv))
    expect(seen.reached?.map(({ way }) => way)).to.deep.equal(['exec'])
    expect(seen.reached?.[0]?.instead).to.include('no answer within 2 s')
  })

  it('tells of a kube-proxy that is no pod: its flags or its file, and its mode', async () => {
    const cluster = recordedCluster(recording)
    const others = itemsOf(recording, 'pods').filter(({ metadata }) => !metadata.name.startsWith('kube-proxy'))
    const empty = { body: { items: [] } }
    const get: Script['get'] = (url, request) => {
      if (url.pathname === '/api/v1/pods') return { body: { items: others } }
      return url.pathname === '/apis/apps/v1/daemonsets' ? empty : cluster.get(url, request)
    }
    const print = (text: string): object => ({ stdout: Buffer.from(text).toString('base64') })
    const config = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\n'
    const machines = {
      node1: {
        ...machine('node1'),
        '["pgrep","-xa","kube-proxy"]': print('12 /usr/bin/kube-proxy --config=/etc/kube-proxy.yaml\n'),
        '["cat","/etc/kube-proxy.yaml"]': print(config),
        '["curl","-sf","http://127.0.0.1:10249/proxyMode"]': print('iptables'),
      },
      node2: {
        ...machine('node2'),
        '["pgrep","-xa","kube-proxy"]': print('12 /snap/k8s/current/bin/kube-proxy --proxy-mode=ipvs\n'),
      },
    }
    const command = `${process.execPath} ${via} ${table(machines)} {node}`
    const ran = await live({ ...cluster, get }, 'status', '-o', 'json', '--via', command)
    const { nodes } = JSON.parse(ran.stdout) as Status
    expect(nodes.map(({ config: { configured, object }, running }) => [object, configured, running])).to.deep.equal([
      ['file /etc/kube-proxy.yaml of Node node1', 'nftables', 'iptables'],
      ['Node node2', 'ipvs', null],
    ])
    expect(nodes.map(({ programmed }) => programmed)).to.deep.equal([['iptables'], ['iptables']])
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
