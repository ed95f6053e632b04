/** Which cluster is meant: the kubeconfig's ways to say it, and to fail to. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect } from 'chai'
import { startApiServer, token } from '../fake/api-server.ts'
import { recordedCluster } from '../fake/recorded-cluster.ts'
import { kpx } from '../kpx.ts'

describe('the cluster of a kubeconfig', () => {
  const { HOME, KUBECONFIG } = process.env
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-kubeconfig-'))
    process.env['HOME'] = folder
    delete process.env['KUBECONFIG']
  })

  afterEach(() => {
    rmSync(folder, { recursive: true })
    process.env['HOME'] = HOME
    if (KUBECONFIG === undefined) delete process.env['KUBECONFIG']
    else process.env['KUBECONFIG'] = KUBECONFIG
  })

  /** A file of one context, `NAME`, whose server is `https://NAME.invalid`. */
  function written(name: string, { context = name, current = name, text = '' } = {}): string {
    const file = join(folder, name)
    const config = {
      'current-context': current,
      contexts: [{ name: context, context: { cluster: name, user: name } }],
      clusters: [{ name, cluster: { server: `https://${name}.invalid` } }],
      users: [{ name, user: { token: `token-of-${name}` } }],
    }
    writeFileSync(file, text || JSON.stringify(config))
    return file
  }

  async function failure(...flags: string[]): Promise<string> {
    const { exit, stderr, stdout } = await kpx('services', ...flags)
    expect(stdout).to.equal('')
    expect(exit).to.be.oneOf([2, 3])
    expect(stderr).to.not.include('token-of')
    return stderr
  }

  it('is none where nothing names one', async () => {
    expect(await failure()).to.match(/^Error: .* \(KPX1007\)\n {2}fix: name a capture \(--from PATH\), or .*--local/)
  })

  it('is that of --kubeconfig, or of the first file in KUBECONFIG that says one', async () => {
    const [first, second] = [written('first', { current: '' }), written('second')]
    expect(await failure('--kubeconfig', second)).to.include('https://second.invalid cannot be reached')
    process.env['KUBECONFIG'] = [join(folder, 'none'), first, second].join(delimiter)
    expect(await failure()).to.include('https://second.invalid')
    expect(await failure('--context', 'first')).to.include('https://first.invalid')
  })

  it('is the first of those that have one name', async () => {
    const file = written('other', {
      text: JSON.stringify({ clusters: [{ name: 'first', cluster: { server: 'https://x.invalid' } }] }),
    })
    process.env['KUBECONFIG'] = [written('first'), file].join(delimiter)
    expect(await failure()).to.include('https://first.invalid')
  })

  it('is refused where a name leads nowhere or a file is none', async () => {
    const file = written('first')
    expect(await failure('--kubeconfig', file, '--context', 'nope'))
      .to.include('no context "nope": it has first')
      .and.include('KPX1012')
    expect(await failure('--kubeconfig', written('empty', { current: '' })))
      .to.include('no current context')
      .and.include('--context empty')
    expect(await failure('--kubeconfig', join(folder, 'none'))).to.include('cannot be read: ENOENT')
    expect(await failure('--kubeconfig', written('bad', { text: '{"token": "token-of-bad"' }))).to.include(
      'it is not a kubeconfig',
    )
    process.env['KUBECONFIG'] = join(folder, 'none')
    expect(await failure()).to.include('none of the files in KUBECONFIG exists')
  })

  it('takes the token from a file beside it that says who asks, and the token itself where there is none', async () => {
    const server = await startApiServer(recordedCluster('k1.33-iptables'))
    const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as object
    const file = join(folder, 'config')
    writeFileSync(join(folder, 'token'), `${token}\n`)
    for (const [user, exit] of [
      [{ tokenFile: 'token' }, 0],
      [{ tokenFile: 'token', token: 'another' }, 0],
      [{ tokenFile: 'none', token }, 0],
      [{ tokenFile: 'none' }, 3],
    ] as const) {
      writeFileSync(file, JSON.stringify({ ...config, users: [{ name: 'fake', user }] }))
      const ran = await kpx('services', '--kubeconfig', file)
      expect(ran.exit, JSON.stringify(user)).to.equal(exit)
      if (exit === 3)
        expect(ran.stderr).to.include('credentials cannot be had: ENOENT').and.include(join(folder, 'none'))
    }
    await server.close()
  })

  it('has an id-token that is renewed by kubectl alone', async () => {
    const server = await startApiServer({})
    const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as object
    const file = join(folder, 'config')
    const tokenUntil = (exp: number): string =>
      ['{}', JSON.stringify({ exp })].map((one) => Buffer.from(one).toString('base64url')).join('.') + '.'
    const told: Record<string, string> = {
      [tokenUntil(1)]: 'has expired, or is none, and kpx does not renew it (KPX1014)\n  fix: have kubectl renew it',
      'no token': 'has expired, or is none',
      [tokenUntil(2 ** 40)]: 'the API server does not know who asks',
    }
    for (const [idToken, why] of Object.entries(told)) {
      const provider = {
        'client-id': 'a',
        'refresh-token': 'b',
        'idp-issuer-url': 'https://127.0.0.1:1',
        'id-token': idToken,
      }
      const users = [{ name: 'fake', user: { 'auth-provider': { name: 'oidc', config: provider } } }]
      writeFileSync(file, JSON.stringify({ ...config, users }))
      expect(await failure('--kubeconfig', file)).to.include(why)
    }
    await server.close()
  })

  it('has time-outs as kubectl writes them', async () => {
    for (const wrong of ['0', 'soon', '-5s', '5 s']) {
      expect(await failure('--kubeconfig', written('first'), `--request-timeout=${wrong}`)).to.include('is no time-out')
    }
  })
})
