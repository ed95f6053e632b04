import { expect } from 'chai'
import { load } from 'js-yaml'
import { kpx } from '../kpx.ts'

interface Item {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules?: readonly object[]
  readonly roleRef?: { readonly name: string }
  readonly spec?: object
}

async function manifests(...argv: string[]): Promise<readonly Item[]> {
  const { exit, stdout, stderr } = await kpx('job', '--image', 'kpx:1', ...argv)
  expect({ exit, stderr }).to.deep.equal({ exit: 0, stderr: '' })
  return (load(stdout) as { items: readonly Item[] }).items
}

const container = 'spec.template.spec.containers[0]'

describe('kpx job', () => {
  it('prints a Job with the roles of kpx rbac, bound to its own ServiceAccount', async () => {
    const items = await manifests()
    expect(items.map(({ kind, metadata }) => [kind, metadata.namespace ?? '', metadata.name].join(' '))).to.deep.equal([
      'Namespace  kpx',
      'ServiceAccount kpx kpx',
      'ClusterRole  kpx-reader',
      'Role kube-system kpx-reader',
      'ClusterRoleBinding  kpx-reader:kpx',
      'RoleBinding kube-system kpx-reader:kpx',
      'Job kpx kpx-preflight',
    ])
    const roles = (load((await kpx('rbac')).stdout) as { items: readonly Item[] }).items
    expect(items.filter(({ rules }) => rules !== undefined)).to.deep.equal(roles)
    expect(items.at(-1)).to.have.nested.property(`${container}.args`).that.deep.equals(['preflight'])
    expect(items.at(-1)).to.have.nested.property(`${container}.image`, 'kpx:1')
  })

  it('runs any command with its flags, at its times', async () => {
    const words = ['explain', 'service', 'web', '-n', 'shop']
    const items = await manifests('--name', 'often', '-n', 'tools', '--schedule', '*/5 * * * *', '--', ...words)
    const job = items.at(-1)
    // others may be there already, which need more than kpx
    expect(items.map(({ kind }) => kind)).to.not.include('Namespace')
    expect(job).to.deep.include({ kind: 'CronJob', metadata: { name: 'often', namespace: 'tools' } })
    expect(job).to.have.nested.property('spec.schedule', '*/5 * * * *')
    expect(job).to.have.nested.property(`spec.jobTemplate.${container}.args`).that.deep.equals(words)
  })

  it('prints the same as JSON, and looks for kube-proxy where it is', async () => {
    const { stdout } = await kpx('job', '--image', 'kpx:1', '--kube-proxy-namespace', 'proxies', '-o', 'json')
    const { items } = JSON.parse(stdout) as { items: readonly Item[] }
    expect(items).to.deep.equal(await manifests('--kube-proxy-namespace', 'proxies'))
    const own = items.filter(({ kind }) => ['Role', 'RoleBinding'].includes(kind))
    expect(own.map(({ metadata }) => metadata.namespace)).to.deep.equal(['proxies', 'proxies'])
  })

  it('needs an image', async () => {
    const { exit, stderr } = await kpx('job')
    expect(exit).to.equal(2)
    expect(stderr).to.include('Missing required flag image')
  })

  it('is named for its command, however many words that has', async () => {
    expect((await manifests('--', 'mode', 'check', 'nftables')).at(-1)?.metadata.name).to.equal('kpx-mode-check')
    expect((await manifests('--', 'explain')).at(-1)?.metadata.name).to.equal('kpx-explain')
  })

  for (const [what, message, ...argv] of [
    ['a command that is none', 'kpx has no command "bogus"', '--', 'bogus'],
    ['flags alone', 'kpx has no command "--version"', '--', '--version'],
    ['a command that changes something', 'kpx mode set changes the cluster', '--', 'mode', 'set', 'nftables', '--yes'],
    ['a name that is none', '"A B" is no name', '--name', 'A B'],
    ['a namespace that is none', '"Foo/Bar" is no name', '-n', 'Foo/Bar'],
    ['an empty image', '"" is no image', '--image', ''],
    ['times that are none', '"nope" tells no times', '--schedule', 'nope'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { exit, stderr, stdout } = await kpx('job', ...(argv[0] === '--image' ? [] : ['--image', 'kpx:1']), ...argv)
      expect([exit, stdout]).to.deep.equal([2, ''])
      expect(stderr).to.include(message)
    })
  }
})
