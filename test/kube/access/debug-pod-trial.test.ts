/** Whether a debug pod would be let in: asked by a dry run, of whoever may make pods. Needs `npm run build`. */
import { expect } from 'chai'
import type { Script } from '../../fake/api-server.ts'
import { recordedCluster } from '../../fake/recorded-cluster.ts'
import { closeServer, live, recording } from './live.ts'

const pods = '/api/v1/namespaces/kube-system/pods'

interface Answer {
  readonly findings: readonly { readonly code: string; readonly message: string }[]
  readonly skipped: readonly { readonly code: string }[]
}

describe('a debug pod', () => {
  afterEach(closeServer)

  /** What the answer has of KPX4145, and what was posted for it: `?dryRun=All of node1`. */
  async function tried(allowed: boolean, status: number, body: object): Promise<[string, string[]]> {
    const posted: string[] = []
    const write: Script['write'] = (_method, path, object, query) => {
      if (path.endsWith('/selfsubjectaccessreviews')) return { status: 201, body: { status: { allowed } } }
      if (path !== pods) return undefined
      posted.push(`?${query.toString()} of ${(object as { spec: { nodeName: string } }).spec.nodeName}`)
      return { status, body }
    }
    const ran = await live({ ...recordedCluster(recording), write }, 'preflight', '-o', 'json')
    const { findings, skipped } = JSON.parse(ran.stdout) as Answer
    const found = findings.find(({ code }) => code === 'KPX4145')?.message
    const isSkipped = skipped.some(({ code }) => code === 'KPX4145')
    return [found ?? (isSkipped ? 'skipped' : 'passed'), posted]
  }

  const message = 'pods "kpx-debug-1" is forbidden: violates PodSecurity "baseline:latest": host namespaces'
  const webhook = (why: string): object => ({ kind: 'Status', message: `admission webhook "pods.example.org" ${why}` })

  it('is made by a dry run alone, and passes where the server takes it', async () => {
    expect(await tried(true, 201, { kind: 'Pod' })).to.deep.equal(['passed', ['?dryRun=All of node1']])
  })

  it('is told of where a policy or a webhook refuses it', async () => {
    const [found] = await tried(true, 403, { kind: 'Status', message })
    expect(found).to.match(/^not allowed to create pods of kube-system\/kpx-debug: pods .* violates PodSecurity/)
    expect((await tried(true, 400, webhook('denied the request: no')))[0]).to.match(/denied the request: no$/)
  })

  it('is not judged where the user may not make it, or a webhook takes no dry run', async () => {
    expect(await tried(false, 403, { kind: 'Status', message })).to.deep.equal(['skipped', []])
    expect((await tried(true, 400, webhook('does not support dry run')))[0]).to.equal('skipped')
    expect((await tried(true, 502, {}))[0]).to.equal('skipped')
  })
})
