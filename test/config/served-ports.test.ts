import { expect } from 'chai'
import { servedPorts } from '../../src/config/served-ports.ts'

const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n'
const ports = (flags: readonly string[], text?: string) =>
  servedPorts({ command: ['kube-proxy', ...flags], version: 'v1.33.13' }, (path) =>
    path === '/config' ? text : undefined,
  )

describe('where kube-proxy serves what it says of itself', () => {
  it('is in the file or in the flags, and else usual', () => {
    const file = `${head}metricsBindAddress: "[::1]:10300"\n`
    expect(ports(['--config=/config'], file)).to.deep.equal({ metrics: 10300, healthz: 10256 })
    expect(ports(['--config=/config', '--metrics-bind-address=0.0.0.0:1'], file)).to.include({ metrics: 10300 })
    expect(ports(['--metrics-bind-address=0.0.0.0:10301', '--healthz-bind-address=10.0.0.1'])).to.deep.equal({
      metrics: 10301,
      healthz: 10256,
    })
  })

  it('is nowhere where that is what they say', () => {
    const file = `${head}healthzBindAddress: 0.0.0.0:0\n`
    expect(ports(['--config=/config'], file)).to.deep.equal({ metrics: 10249, healthz: undefined })
  })

  it('is not known where the file was not seen or keeps kube-proxy from starting', () => {
    expect(ports(['--config=/other'])).to.equal(undefined)
    expect(ports(['--config=/config'], 'mode: [')).to.equal(undefined)
  })
})
