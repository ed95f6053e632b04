import { readdirSync } from 'node:fs'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { explainKubeProxy } from '../../../src/answer/explain-kube-proxy.ts'
import type { KubeProxyExplanation } from '../../../src/answer/explain-kube-proxy.ts'
import { sceneOf } from '../../../src/answer/scene.ts'
import { brokenCapture, gone } from '../../broken-capture.ts'
import { captures, kpx } from '../../kpx.ts'

const explain = async (...argv: string[]) => kpx<KubeProxyExplanation>('explain', ...argv)

describe('kpx explain', () => {
  it('tells in a screen what kube-proxy is for, and what it is not for, without a capture', async () => {
    const { exit, result, stderr, stdout } = await explain()
    expect({ exit, stderr }).to.deep.equal({ exit: 0, stderr: '' })
    expect(stdout).to.match(/^kube-proxy makes Services work\./)
    expect(stdout).to.include(
      'iptables (default since 1.2), ipvs (deprecated since 1.35), nftables (stable since 1.33)',
    )
    for (const other of ['DNS', 'NetworkPolicy', 'CNI', 'HTTP', 'load balancers']) expect(stdout).to.include(other)
    expect(stdout.split('\n').length).to.be.at.most(30)
    expect(stdout.split('\n').filter((line) => line.length > 100)).to.deep.equal([])
    expect(result).to.include({ kind: 'KubeProxyExplanation', cluster: null })
    expect(result).not.to.have.property('seen')
  })

  for (const name of readdirSync(captures).filter((file) => file.startsWith('k'))) {
    it(`tells what it does in ${name}`, async () => {
      const mode = name.split('-')[1]
      const { exit, result, stdout } = await explain('--from', `${captures}/${name}`)
      expect(exit).to.equal(0)
      expect(result?.cluster?.nodes.every((node) => node.mode === mode)).to.equal(true)
      expect(result?.cluster?.counts).to.include({ services: 11, ports: 13 })
      const pods = mode === 'ipvs' ? '4 pods, a quarter each' : '3 pods, a third each'
      expect(stdout).to.match(new RegExp(`for example shop/web: TCP 10\\.96\\.\\S+:80 goes to ${pods}\\n`))
      expect(stdout).to.include(`kpx explain mode ${mode} --from ${captures}/${name}\n`)
    })
  }

  it('counts what each mode puts into the kernel', async () => {
    const counts = async (name: string) =>
      (await explain('--from', `${captures}/${name}`)).result?.cluster?.nodes.map(({ rules, sets, virtualServers }) => [
        (rules ?? 0) > 50,
        (sets ?? 0) > 10,
        (virtualServers ?? 0) > 20,
      ])
    expect(await counts('k1.37-iptables')).to.deep.equal([
      [true, false, false],
      [true, false, false],
    ])
    expect(await counts('k1.37-nftables')).to.deep.equal([
      [true, true, false],
      [true, true, false],
    ])
    expect(await counts('k1.37-ipvs')).to.deep.equal([[true, true, true]])
  })

  it('prints one document, and one node where that is asked for', async () => {
    const from = ['--from', `${captures}/k1.37-iptables`, '--node', 'node2']
    const { stdout } = await explain(...from, '-o', 'json')
    const document = JSON.parse(stdout) as KubeProxyExplanation
    expect(document).to.include({ apiVersion: 'kpx/v1', kind: 'KubeProxyExplanation' })
    expect(document.seen?.nodes).to.deep.equal(['node1', 'node2'])
    expect(document.cluster?.nodes.map(({ node }) => node)).to.deep.equal(['node2'])
    expect(load((await explain(...from, '-o', 'yaml')).stdout)).to.deep.equal(document)
  })

  it('says what was not recorded instead of counting it', async () => {
    const capture = await brokenCapture('k1.37-ipvs', {
      'objects/services.json': () => '{}',
      'nodes/node3/ipset-save.txt': gone,
      'nodes/node3/ipvsadm-save.txt': gone,
      'nodes/node3/ipvsadm-list.txt': gone,
      'nodes/node3/proc-net-ip_vs.txt': gone,
    })
    const { cluster } = explainKubeProxy(sceneOf(capture), capture.nodes)
    expect(cluster).to.deep.include({ counts: null, example: null })
    expect(cluster?.nodes[0]).to.include({ node: 'node3', mode: 'ipvs', sets: null, virtualServers: null })
  })
})
