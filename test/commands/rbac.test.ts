import { expect } from 'chai'
import { load } from 'js-yaml'
import { kpx } from '../kpx.ts'

interface Roles {
  readonly items: readonly {
    readonly kind: string
    readonly metadata: object
    readonly rules: readonly { readonly resources: readonly string[]; readonly verbs: readonly string[] }[]
  }[]
}

async function roles(...argv: string[]): Promise<Roles['items']> {
  const { exit, stdout } = await kpx('rbac', ...argv)
  expect(exit).to.equal(0)
  return (load(stdout) as Roles).items
}

const allowed = (role: Roles['items'][number] | undefined): string[] =>
  role?.rules.flatMap(({ resources, verbs }) => verbs.map((verb) => `${verb} ${resources.join()}`)).sort() ?? []

describe('kpx rbac', () => {
  it('prints roles that may read and nothing else, what is dangerous in one namespace alone', async () => {
    const [cluster, own, ...more] = await roles()
    expect(more).to.deep.equal([])
    expect(cluster?.kind).to.equal('ClusterRole')
    expect(allowed(cluster)).to.deep.equal([
      'get felixconfigurations',
      'list daemonsets',
      'list endpointslices',
      'list nodes',
      'list pods',
      'list services',
    ])
    expect(own).to.deep.include({ kind: 'Role', metadata: { name: 'kpx-reader', namespace: 'kube-system' } })
    expect(allowed(own)).to.deep.equal([
      'create pods/exec',
      'create pods/portforward',
      'get configmaps',
      'get leases',
      'get pods/exec',
      'get pods/log',
      'get pods/portforward',
    ])
  })

  it('prints the same as JSON', async () => {
    expect((JSON.parse((await kpx('rbac', '-o', 'json')).stdout) as Roles).items).to.deep.equal(await roles())
    expect(await roles('-o', 'yaml')).to.deep.equal(await roles())
  })

  it('has no table', async () => {
    const { exit, stderr } = await kpx('rbac', '-o', 'table')
    expect(exit).to.equal(2)
    expect(stderr).to.include('json, yaml')
  })

  it('prints them for the namespace that kube-proxy is in', async () => {
    const [, own] = await roles('-n', 'openshift-kube-proxy')
    expect(own?.metadata).to.deep.equal({ name: 'kpx-reader', namespace: 'openshift-kube-proxy' })
  })

  it('prints what debug pods need beside them', async () => {
    const [, , debugPods] = await roles('--allow-debug-pods')
    expect(debugPods).to.deep.include({
      kind: 'Role',
      metadata: { name: 'kpx-debug-pods', namespace: 'kube-system' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get'] }],
    })
  })
})
