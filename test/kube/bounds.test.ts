/** What a server or a node never stops to print ends as an error or a blind spot, before it fills the memory. */
import { expect } from 'chai'
import { startApiServer } from '../fake/api-server.ts'
import type { Script } from '../fake/api-server.ts'
import { recordedCluster } from '../fake/recorded-cluster.ts'
import { kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'

describe('an answer without an end', function () {
  this.timeout(60_000)
  const cluster = recordedCluster('k1.33-iptables')

  async function services(script: Script): Promise<Ran> {
    const server = await startApiServer(script)
    try {
      return await kpxProcess('services', '--kubeconfig', server.kubeconfig)
    } finally {
      await server.close()
    }
  }

  const endlessLists: Readonly<Record<string, Script['get']>> = {
    'a list': (url, request) => (url.pathname.endsWith('/pods') ? 'endless' : cluster.get(url, request)),
    'pages without objects': (url, request) =>
      url.pathname.endsWith('/pods')
        ? { body: { kind: 'List', metadata: { continue: 'more' }, items: [] } }
        : cluster.get(url, request),
  }

  for (const [what, get] of Object.entries(endlessLists)) {
    it(`is an error: ${what}`, async () => {
      const { exit, stderr, stdout } = await services({ ...cluster, ...(get && { get }) })
      expect(stderr).to.match(/^Error: the answer to list pods does not end \(KPX1011\)\n {2}fix: .*\n$/)
      expect({ exit, stdout }).to.deep.equal({ exit: 3, stdout: '' })
    })
  }

  it('is a blind spot of the node whose command gives it', async () => {
    const exec: Script['exec'] = (pod, words) => {
      if (words[0] !== 'nft') return cluster.exec(pod, words)
      return words.includes('sets') ? { stdout: '', exitCode: 1 } : 'endless'
    }
    const { exit, stdout } = await services({ ...cluster, exec })
    const told = stdout.replaceAll(/\s+/g, ' ')
    expect(told).to.include('nft list ruleset: prints more than 496 MiB; ask for fewer nodes: --node')
    expect(exit).to.equal(0)
  })
})
