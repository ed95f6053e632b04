/** The proxy that a cluster is reached through, as kubectl has it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadKubeconfig } from '../../src/kube/kubeconfig.ts'
import { token } from '../fake/api-server.ts'
import { httpProxy, socksProxy } from '../fake/proxy.ts'
import type { FakeProxy } from '../fake/proxy.ts'
import { recordedCluster } from '../fake/recorded-cluster.ts'
import { captures, kpx } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { closeServer, recording, serve } from './access/live.ts'

const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']

describe('a proxy before the API server', () => {
  const before = new Map(variables.map((name) => [name, process.env[name]]))
  let folder: string
  let proxy: FakeProxy | undefined

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-proxy-'))
    for (const name of variables) delete process.env[name]
  })

  afterEach(async () => {
    rmSync(folder, { recursive: true })
    for (const [name, value] of before) if (value !== undefined) process.env[name] = value
    proxy?.close()
    await closeServer()
  })

  function kubeconfig(server: string, proxyUrl?: string): string {
    const file = join(folder, 'config')
    const config = {
      'current-context': 'fake',
      contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
      clusters: [{ name: 'fake', cluster: { server, ...(proxyUrl !== undefined && { 'proxy-url': proxyUrl }) } }],
      users: [{ name: 'fake', user: { token } }],
    }
    writeFileSync(file, JSON.stringify(config))
    return file
  }

  const server = 'http://api.invalid:6443'

  async function through(start: (port: number) => Promise<FakeProxy>, scheme: string): Promise<Ran> {
    const { url } = await serve(recordedCluster(recording))
    proxy = await start(Number(new URL(url).port))
    return kpx('services', '--kubeconfig', kubeconfig(server, `${scheme}127.0.0.1:${proxy.port}`))
  }

  const answer = async (): Promise<string> => (await kpx('services', '--from', `${captures}/${recording}`)).stdout

  for (const [scheme, start] of Object.entries({ 'http://': httpProxy, 'socks5://': socksProxy })) {
    it(`leads to it, also into pods, and finds it by its name: ${scheme}`, async () => {
      const { exit, stdout } = await through(start, scheme)
      expect({ exit, stdout }).to.deep.equal({ exit: 0, stdout: await answer() })
      expect(new Set(proxy?.asked)).to.deep.equal(new Set(['api.invalid:6443']))
    })
  }

  it('may be named by the environment alone', async () => {
    const { url } = await serve(recordedCluster(recording))
    proxy = await httpProxy(Number(new URL(url).port))
    process.env['http_proxy'] = `127.0.0.1:${proxy.port}`
    const { exit, stdout } = await kpx('services', '--kubeconfig', kubeconfig(server))
    expect({ exit, stdout }).to.deep.equal({ exit: 0, stdout: await answer() })
  })

  it('is told where it does not lead there, without its password', async () => {
    const { stderr } = await through((port) => httpProxy(port, 407), 'http://me:secret-of-the-proxy@')
    expect(stderr.replaceAll(/\s+/g, ' ')).to.match(
      /http:\/\/api\.invalid:6443 cannot be reached through the proxy http:\/\/127\.0\.0\.1:\d+ to list \w+: the proxy answered 407 \(KPX1013\) fix: check proxy-url/,
    )
    expect(stderr).to.not.include('secret-of')
    expect(proxy?.asked[0]).to.include(Buffer.from('me:secret-of-the-proxy').toString('base64'))
    proxy?.close()
    const closed = await kpx('services', '--kubeconfig', kubeconfig(server, `http://127.0.0.1:${proxy?.port}`))
    expect(closed.stderr).to.include('through the proxy').and.include('nothing listens there').and.include('NO_PROXY')
  })

  it('is refused where it is none, without its password', async () => {
    for (const [proxyUrl, env, why] of [
      ['ftp://me:secret-of-the-proxy@proxy:1', {}, 'proxy-url of cluster "fake" in the kubeconfig is no proxy'],
      ['secret-of-the-proxy', {}, 'proxy-url of cluster "fake"'],
      [undefined, { HTTP_PROXY: 'http://:1:secret-of-the-proxy' }, 'HTTP_PROXY in the environment'],
    ] as const) {
      Object.assign(process.env, env)
      const { exit, stderr } = await kpx('services', '--kubeconfig', kubeconfig(server, proxyUrl))
      expect(stderr).to.include(why).and.include('KPX1012').and.not.include('secret-of')
      expect(exit).to.equal(2)
    }
  })

  const proxyFor = (address: string, env: NodeJS.ProcessEnv, proxyUrl?: string): string | undefined =>
    loadKubeconfig(
      { kubeconfig: kubeconfig(address, proxyUrl), context: undefined, as: undefined },
      env,
    ).getCurrentCluster()?.proxyUrl

  it('is that of the kubeconfig, else that of the protocol', () => {
    const env = { HTTPS_PROXY: 'https://s:1', http_proxy: 'p:2', ALL_PROXY: 'http://all:3', NO_PROXY: '' }
    expect(proxyFor('https://api.example.com', env)).to.equal('https://s:1/')
    expect(proxyFor('http://api.example.com', env)).to.equal('http://p:2/')
    expect(proxyFor('https://api.example.com', { ALL_PROXY: 'http://all:3' })).to.equal(undefined)
    expect(proxyFor('https://127.0.0.1', { ...env, NO_PROXY: '*' }, 'http://k:4')).to.equal('http://k:4/')
  })

  const direct: Readonly<Record<string, readonly string[]>> = {
    '': ['localhost', '127.0.0.5', '[::1]'],
    '*': ['api.example.com', '10.0.0.1'],
    'example.com': ['example.com', 'api.example.com', 'API.Example.com.'],
    ' other.org, .example.com ': ['api.example.com'],
    '*.example.com:6443': ['api.example.com'],
    '10.0.0.0/8': ['10.1.2.3'],
    '10.0.0.1,fd00::1': ['10.0.0.1', '[fd00::1]'],
    '[fd00::1]:6443': ['[fd00::1]'],
    'fd00::/16': ['[fd00:1::2]'],
  }
  const proxied: Readonly<Record<string, readonly string[]>> = {
    '': ['example.com', '10.0.0.1', '[fd00::1]'],
    'example.com': ['notexample.com', 'example.com.evil.org'],
    '.example.com,*.example.com': ['example.com'],
    'example.com:443': ['example.com'],
    '10.0.0.0/8,10.0.0.0/33': ['11.0.0.1', 'ten.example.com', '[fd00::1]'],
    '10.0.0.1': ['10.0.0.11'],
  }
  for (const [what, cases] of Object.entries({ direct, proxied })) {
    for (const [noProxy, hosts] of Object.entries(cases)) {
      it(`is passed over as NO_PROXY says: "${noProxy}" is ${what} for ${hosts.join(', ')}`, () => {
        for (const host of hosts) {
          const found = proxyFor(`https://${host}:6443`, { HTTPS_PROXY: 'http://p:1', no_proxy: noProxy })
          expect(found, host).to.equal(what === 'direct' ? undefined : 'http://p:1/')
        }
      })
    }
  }
})
