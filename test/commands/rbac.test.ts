import { expect } from 'chai'
import { load } from 'js-yaml'
import { kpx } from '../kpx.ts'

describe('kpx rbac', () => {
  it('prints a role that may read and nothing else, as YAML or JSON', async () => {
    const { exit, stdout } = await kpx('rbac')
    const role = load(stdout) as { kind: string; rules: { resources: string[]; verbs: string[] }[] }
    expect(exit).to.equal(0)
    expect(role.kind).to.equal('ClusterRole')
    const allowed = role.rules.flatMap(({ resources, verbs }) => verbs.map((verb) => `${verb} ${resources.join()}`))
    expect(allowed.sort()).to.deep.equal([
      'create pods/exec',
      'create pods/portforward',
      'get pods/exec',
      'get pods/portforward',
      'list endpointslices',
      'list nodes',
      'list pods',
      'list services',
    ])
    expect(JSON.parse((await kpx('rbac', '-o', 'json')).stdout)).to.deep.equal(role)
  })

  it('prints what debug pods need beside it, for their namespace alone', async () => {
    const { stdout } = await kpx('rbac', '--allow-debug-pods')
    const { items } = load(stdout) as { items: { kind: string; metadata: object; rules: object[] }[] }
    const [reader, debugPods] = items
    expect(reader).to.deep.equal(load((await kpx('rbac')).stdout))
    expect(debugPods).to.deep.include({
      kind: 'Role',
      metadata: { name: 'kpx-debug-pods', namespace: 'kube-system' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'get'] }],
    })
  })
})
