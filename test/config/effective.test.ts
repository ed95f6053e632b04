import { expect } from 'chai'
import { modeSetting } from '../../src/config/effective.ts'
import type { StartedWith } from '../../src/config/effective.ts'

const kubeadm = ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=node1']
const head = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n'

const settingOf = (config: string | undefined, rest: Partial<StartedWith> = {}) =>
  modeSetting({ command: kubeadm, config, version: 'v1.37.1', ...rest })

describe('modeSetting', () => {
  it('reads the mode of the file', () => {
    expect(settingOf(`${head}mode: nftables # fast\n`)).to.deep.equal({
      configured: 'nftables',
      effective: 'nftables',
      origin: 'file',
      why: 'the file says so',
    })
  })

  it('takes the last of two, and the first document alone', () => {
    expect(settingOf(`---\nmode: iptables\nmode: "ipvs"\n---\nmode: nftables\n`).effective).to.equal('ipvs')
  })

  for (const written of ['', 'mode:\n', 'mode: ""\n', 'mode: ~\n', 'Mode: ipvs\n']) {
    it(`falls back to the default for ${JSON.stringify(written)}`, () => {
      const { effective, origin } = settingOf(head + written)
      expect({ effective, origin }).to.deep.equal({ effective: 'iptables', origin: 'default' })
    })
  }

  it('tells an empty mode from none', () => {
    expect(settingOf(`${head}mode: ""\n`).configured).to.equal('')
    expect(settingOf(head).configured).to.equal(undefined)
  })

  for (const mode of ['IPVS', 'userspace', 'on', '[ipvs]']) {
    it(`has no effective mode for ${mode}`, () => {
      const { effective, why } = settingOf(`${head}mode: ${mode}\n`)
      expect(effective).to.equal(undefined)
      expect(why).to.contain('would not start')
    })
  }

  it('knows userspace where it was', () => {
    expect(settingOf(`${head}mode: userspace\n`, { version: 'v1.25.3' }).effective).to.equal('userspace')
  })

  it('ignores the flag beside a file, and says so', () => {
    const { effective, why } = settingOf(`${head}mode: iptables\n`, { command: [...kubeadm, '--proxy-mode', 'ipvs'] })
    expect(effective).to.equal('iptables')
    expect(why).to.equal('the file says so; --proxy-mode=ipvs is ignored because of --config')
  })

  const commands: Record<string, string[]> = {
    'a flag': ['kube-proxy', '--v=3', '--proxy-mode=ipvs'],
    'a flag and its value': ['kube-proxy', '--masquerade-all', '--proxy-mode', 'ipvs'],
    'the last flag': ['kube-proxy', '--proxy-mode=nftables', '--proxy_mode=ipvs'],
    'a shell': ['/bin/sh', '-c', 'set -e; exec kube-proxy --v=2 --proxy-mode="ipvs" 1>>/var/log/kube-proxy.log 2>&1'],
    'go-runner': ['/go-runner', '--log-file=/var/log/kube-proxy.log', '/usr/local/bin/kube-proxy', '--proxy-mode=ipvs'],
    'args alone': ['--proxy-mode=ipvs'],
  }
  for (const [name, command] of Object.entries(commands)) {
    it(`reads the mode of ${name}`, () => {
      const { effective, origin } = settingOf(undefined, { command })
      expect({ effective, origin }).to.deep.equal({ effective: 'ipvs', origin: 'flag' })
    })
  }

  it('does not guess', () => {
    expect(settingOf(undefined).why).to.equal('the file /var/lib/kube-proxy/config.conf was not seen')
    expect(settingOf(undefined, { command: ['/agent'] }).effective).to.equal(undefined)
    expect(settingOf(head, { version: undefined }).effective).to.equal(undefined)
    expect(settingOf('mode: [').why).to.contain('cannot be read')
  })
})
