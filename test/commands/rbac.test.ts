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
})
