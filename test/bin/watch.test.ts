/** --watch of the built kpx, on a cluster that changes. Needs `npm run build`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import { startApiServer } from '../fake/api-server.ts'
import type { FakeApiServer, Script } from '../fake/api-server.ts'
import { recordedCluster } from '../fake/recorded-cluster.ts'
import { captures, kpx, root } from '../kpx.ts'

const cluster = recordedCluster('k1.33-iptables')

/** Without this Service from the time on that it is told. */
function changing(name: string): { readonly script: Script; readonly change: () => void } {
  let isGone = false
  const get: NonNullable<Script['get']> = (url, request) => {
    const told = cluster.get(url, request)
    if (!isGone || url.pathname !== '/api/v1/services' || typeof told !== 'object') return told
    const body = told.body as { readonly items: readonly { readonly metadata: { readonly name: string } }[] }
    return { ...told, body: { ...body, items: body.items.filter(({ metadata }) => metadata.name !== name) } }
  }
  return { script: { ...cluster, get }, change: () => void (isGone = true) }
}

describe('--watch', function () {
  this.timeout(60_000)
  let server: FakeApiServer | undefined

  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  /** What is printed until it is as `isEnough` says, and the exit code after Ctrl-C. */
  async function watched(argv: readonly string[], onText: (text: string) => boolean): Promise<[string, number | null]> {
    const words = [`${root}bin/run.js`, ...argv, '-w', '--kubeconfig', server?.kubeconfig ?? '']
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString()
      if (onText(text)) child.kill('SIGINT')
    })
    const [exit] = (await once(child, 'close')) as [number | null]
    return [text, exit]
  }

  it('tells what there is, and again, after a line, when that has changed', async () => {
    const { change, script } = changing('web-lb')
    server = await startApiServer(script)
    const [text, exit] = await watched(['services', '-n', 'shop'], (told) => {
      change()
      return told.split('SERVICE ').length > 2
    })
    const [first = '', second = '', ...more] = text.split(/\n\n(?=SERVICE )/)
    expect(first).to.include('shop/web-lb ')
    expect(second).to.include('shop/web ').and.not.include('shop/web-lb ')
    expect({ exit, more }).to.deep.equal({ exit: 130, more: [] })
  })

  it('is for a cluster, of every command that has it', async () => {
    for (const words of ['status', 'services', 'verify', 'rollout status', 'explain service shop/web']) {
      const { exit, stderr } = await kpx(...words.split(' '), '-w', '--from', `${captures}/k1.33-iptables`)
      expect(exit, words).to.equal(2)
      expect(stderr, words).to.include('--from')
    }
  })

  it('is for no page', async () => {
    server = await startApiServer(cluster)
    const { exit, stderr } = await kpx('services', '-w', '-o', 'html', '--kubeconfig', server.kubeconfig)
    expect(exit).to.equal(2)
    expect(stderr).to.include('a page cannot be watched')
  })
})
