/** `kpx version`: of kpx, of a recording, of a cluster, and of one that does not answer. */
import { expect } from 'chai'
import { startApiServer } from '../fake/api-server.ts'
import type { Script } from '../fake/api-server.ts'
import { recordedCluster } from '../fake/recorded-cluster.ts'
import { captures, kpx } from '../kpx.ts'
import type { Ran } from '../kpx.ts'

interface Versions {
  readonly client: { readonly version: string }
  readonly cluster: { readonly server: string; readonly nodes: readonly object[] } | null
  readonly failure: { readonly code: string } | null
  readonly findings: readonly { readonly code: string; readonly node: string }[]
}

const versionsIn = ({ stdout }: Ran): Versions => JSON.parse(stdout) as Versions

async function live(script: Script, ...argv: readonly string[]): Promise<Ran & { readonly asked: readonly string[] }> {
  const server = await startApiServer(script)
  try {
    return { ...(await kpx('version', ...argv, '--kubeconfig', server.kubeconfig)), asked: server.asked }
  } finally {
    await server.close()
  }
}

describe('kpx version', () => {
  const from = ['--from', `${captures}/k1.33-nftables`]

  it('tells what a recording has, and what may not run beside each other', async () => {
    const ran = await kpx('version', ...from, '-o', 'json')
    const { cluster, failure, findings } = versionsIn(ran)
    const versions = { version: 'v1.33.13', kubelet: 'v1.37.1' }
    expect(cluster).to.deep.equal({
      server: 'v1.37.1',
      nodes: [
        { node: 'node1', ...versions },
        { node: 'node2', ...versions },
      ],
    })
    expect(findings.map(({ code, node }) => `${code} ${node}`)).to.deep.equal(['KPX4001 node1', 'KPX4001 node2'])
    expect({ exit: ran.exit, failure }).to.deep.equal({ exit: 0, failure: null })
  })

  it('tells the same of a cluster, and looks at no node', async () => {
    const ran = await live(recordedCluster('k1.33-nftables'), '-o', 'json')
    const recorded = versionsIn(await kpx('version', ...from, '-o', 'json'))
    expect(versionsIn(ran)).to.deep.equal(recorded)
    expect(ran.asked.filter((path) => path.includes('exec') || path.includes('portforward'))).to.deep.equal([])
  })

  it('asks no cluster for its own', async () => {
    const ran = await live({}, '--client')
    expect({ asked: ran.asked, exit: ran.exit, stderr: ran.stderr }).to.deep.equal({ asked: [], exit: 0, stderr: '' })
    expect(ran.stdout).to.match(
      /^kpx: {4}\d+\.\d+\.\d+ \(.*, Node\.js v\d+.*\)\nKnows: {2}kube-proxy 1\.19 to 1\.\d+\n/,
    )
    expect(ran.stdout).to.not.include('API server')
  })

  it('tells its own where the cluster does not answer, and why that is so', async () => {
    const refused: Script = { get: () => ({ status: 401, body: {} }) }
    const table = await live(refused)
    expect(table.exit).to.equal(3)
    expect(table.stdout).to.match(/^kpx: {4}\d/)
    expect(table.stderr).to.match(/^Error: .*\(KPX1014\)\n {2}fix: /)
    const json = await live(refused, '-o', 'json')
    const { client, cluster, failure } = versionsIn(json)
    expect({ cluster, code: failure?.code, exit: json.exit }).to.deep.equal({ cluster: null, code: 'KPX1014', exit: 3 })
    expect(client.version).to.match(/^\d/)
    const nowhere = await kpx('version', '--kubeconfig', '/nowhere')
    expect(nowhere.exit).to.equal(3)
    expect(nowhere.stderr).to.include('KPX1012')
  })

  it('takes a wrong question for one', async () => {
    for (const argv of [
      ['--from', '/nowhere'],
      ['--request-timeout', 'soon'],
      ['-o', 'name', '--client'],
    ]) {
      expect((await kpx('version', ...argv)).exit, argv.join(' ')).to.equal(2)
    }
  })
})
