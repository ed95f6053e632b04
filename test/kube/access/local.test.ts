/** kpx on the node itself. */
import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { ServiceList } from '../../../src/answer/services.ts'
import type { Script } from '../../fake/api-server.ts'
import { recordedCluster } from '../../fake/recorded-cluster.ts'
import { kpx } from '../../kpx.ts'
import type { Ran } from '../../kpx.ts'
import { blind, closeServer, listed, live, recording } from './live.ts'

describe('this machine', () => {
  afterEach(closeServer)

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
