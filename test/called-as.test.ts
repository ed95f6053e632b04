/** The names by which kpx is called. */
import { expect } from 'chai'
import { calledAs } from '../src/called-as.ts'

describe('called as', () => {
  const names: readonly (readonly [program: string, bin: string])[] = [
    ['/usr/bin/kpx', 'kpx'],
    ['bin/run.js', 'kpx'],
    ['', 'kpx'],
    ['/usr/bin/kubectl', 'kpx'],
    ['/usr/bin/kubectl-kpx', 'kubectl kpx'],
    ['/home/me/.krew/bin/kubectl-kube_proxy', 'kubectl kube-proxy'],
    ['kubectl-net-kube_proxy', 'kubectl net kube-proxy'],
  ]
  for (const [program, bin] of names) {
    it(`"${program}" is ${bin}`, () => {
      expect(calledAs(program, ['status'])).to.deep.equal({ bin, argv: ['status'] })
    })
  }

  it('kubectl_complete-kube_proxy asks for completions', () => {
    const argv = ['__complete', '--', 'status', '']
    expect(calledAs('kubectl_complete-kube_proxy', ['status', ''])).to.deep.equal({ bin: 'kubectl kube-proxy', argv })
  })
})
