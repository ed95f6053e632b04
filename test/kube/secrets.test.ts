/** What says who asks is in no answer, error, capture or list of processes, whatever the server makes of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { everyCommand } from '../every-command.ts'
import { startApiServer, token } from '../fake/api-server.ts'
import type { FakeApiServer, Script } from '../fake/api-server.ts'
import { recordedCluster } from '../fake/recorded-cluster.ts'
import { kpx, root } from '../kpx.ts'

const recording = 'k1.37-iptables'
const cluster = recordedCluster(recording)
const password = 'secret-password-of-the-test'
const key = 'secret-client-key-of-the-test'
const basic = Buffer.from(`admin:${password}`).toString('base64')
const secrets = [token, password, basic, key, Buffer.from(key).toString('base64')]

/** What is neither a certificate nor a key. */
const unusable = {
  'client-certificate-data': Buffer.from('x').toString('base64'),
  'client-key-data': Buffer.from(key).toString('base64'),
}

/** Repeats the request's header, as servers and proxies do that print what they refuse. */
const repeat = ({ headers }: IncomingMessage): string => `refused: authorization: ${headers.authorization}`

const refusing =
  (status: number, body: (request: IncomingMessage) => unknown): NonNullable<Script['get']> =>
  (_url, request) => ({ status, body: body(request), headers: { 'retry-after': '0.01' } })

/** What goes wrong, by name. */
const failures: Readonly<Record<string, Script>> = {
  ...Object.fromEntries(
    [401, 403, 404, 500].flatMap((status): [string, Script][] => [
      [`lists ${status}`, { get: refusing(status, (request) => ({ kind: 'Status', message: repeat(request) })) }],
      [`exec ${status}`, { ...cluster, execStatus: status, execMessage: repeat }],
    ]),
  ),
  'a page': { get: refusing(200, (request) => `<p>${repeat(request)}</p>`) },
  'no JSON': { get: refusing(200, (request) => `{"a": ${repeat(request)}`) },
  'on stderr': { ...cluster, exec: () => ({ stdout: '', stderr: `Bearer ${token}`, exitCode: 1 }) },
  'of the runtime': { ...cluster, exec: () => ({ missing: token }) },
}

describe('the secrets of a kubeconfig', () => {
  const { KPX_DEBUG } = process.env
  let folder: string
  let server: FakeApiServer

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-secrets-'))
    process.env['KPX_DEBUG'] = '1'
  })

  after(() => {
    rmSync(folder, { recursive: true })
    if (KPX_DEBUG === undefined) delete process.env['KPX_DEBUG']
    else process.env['KPX_DEBUG'] = KPX_DEBUG
  })

  afterEach(async () => server.close())

  /** A kubeconfig of the server's cluster whose user is this. */
  function kubeconfigOf(user: object, url = server.url): string {
    const file = join(folder, 'kubeconfig')
    const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as object
    const clusters = [{ name: 'fake', cluster: { server: url } }]
    writeFileSync(file, JSON.stringify({ ...config, clusters, users: [{ name: 'fake', user }] }))
    return file
  }

  function expectNone(what: string, told: string): void {
    for (const secret of secrets) expect(told.includes(secret), `${what}: ${told.slice(0, 2000)}`).to.equal(false)
  }

  const users: Readonly<Record<string, () => object>> = {
    token: () => ({ token, 'client-key-data': Buffer.from(key).toString('base64') }),
    password: () => ({ username: 'admin', password }),
    plugin: () => ({ exec: plugin(`console.log(JSON.stringify({ status: { token: '${token}' } }))`) }),
  }

  /** A program that says who asks, as kubectl's plugins do. */
  function plugin(script: string): object {
    const command = join(folder, 'plugin.mjs')
    writeFileSync(command, `#!${process.execPath}\n${script}\n`)
    chmodSync(command, 0o700)
    return { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' }
  }

  for (const [name, script] of Object.entries(failures)) {
    it(`are not told where this is wrong: ${name}`, async () => {
      server = await startApiServer(script)
      for (const [who, user] of Object.entries(users)) {
        for (const output of ['table', 'json']) {
          const { stderr, stdout } = await kpx('services', '-o', output, '--kubeconfig', kubeconfigOf(user()))
          expect(stdout + stderr, who).to.not.equal('')
          expectNone(who, stdout + stderr)
        }
      }
    })
  }

  it('are in no answer of any command, and in no capture', async () => {
    server = await startApiServer(cluster)
    const kubeconfig = kubeconfigOf(users['plugin']?.() ?? {})
    for (const argv of everyCommand) {
      const { stderr, stdout } = await kpx(...argv, '-o', 'json', '--kubeconfig', kubeconfig)
      expectNone(argv.join(' '), stdout + stderr)
    }
    const path = join(folder, 'taken.tar.gz')
    const { exit, stderr, stdout } = await kpx('capture', path, '-o', 'wide', '--kubeconfig', kubeconfig)
    expect(exit).to.equal(0)
    expectNone('capture', stdout + stderr + gunzipSync(readFileSync(path)).toString('latin1'))
  })

  it('are not told where they cannot be had, or the server not be reached', async () => {
    server = await startApiServer(cluster)
    const wrong: Readonly<Record<string, [object, string] | string>> = {
      'what the plugin printed is no ExecCredential': `console.log('${token}')`,
      'is no ExecCredential': `console.log(JSON.stringify({ token: '${token}' }))`,
      'failed without a word': 'process.exit(3)',
      'cannot be reached': [{ token }, `http://admin:${password}@127.0.0.1:1`],
      'client certificate': [{ token, ...unusable }, 'https://127.0.0.1:1'],
    }
    for (const [why, told] of Object.entries(wrong)) {
      const [user, url] = typeof told === 'string' ? [{ exec: plugin(told) }, server.url] : told
      const { exit, stderr, stdout } = await kpx('services', '--kubeconfig', kubeconfigOf(user, url))
      expect(stderr).to.include(why)
      expect(exit).to.equal(3)
      expectNone(why, stdout + stderr)
    }
  })

  it('are not seen of the processes', async () => {
    server = await startApiServer(cluster)
    const user = {
      exec: plugin(`setTimeout(() => console.log(JSON.stringify({ status: { token: '${token}' } })), 500)`),
    }
    const argv = [`${root}bin/run.js`, 'services', '--kubeconfig', kubeconfigOf(user)]
    const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
    const told = Promise.all([text(child.stdout), text(child.stderr)])
    const ended = once(child, 'close')
    let [looks, most] = [0, 0]
    while (child.exitCode === null) {
      const ids = withChildren(child.pid ?? 0)
      most = Math.max(most, ids.length)
      for (const id of ids) for (const name of ['cmdline', 'environ']) expectNone(name, procFile(id, name))
      looks++
      await delay(10)
    }
    await ended
    expectNone('output', (await told).join(''))
    expect(child.exitCode).to.equal(0)
    expect([looks > 10, most]).to.deep.equal([true, 2])
  })
})

/** The process and those that it started, as far as they are still there. */
function withChildren(id: number): number[] {
  const children = procFile(id, `task/${id}/children`).split(' ').filter(Boolean).map(Number)
  return [id, ...children.flatMap(withChildren)]
}

/** Empty for a process that has ended. */
function procFile(id: number, name: string): string {
  try {
    return readFileSync(`/proc/${id}/${name}`, 'latin1')
  } catch {
    return ''
  }
}
