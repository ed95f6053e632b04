/** A capture answers as the cluster did when it was taken, and tells no secret. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { redacted } from '../../src/capture/redact.ts'
import { startApiServer } from '../fake/api-server.ts'
import type { FakeApiServer, Script } from '../fake/api-server.ts'
import { recordedCluster } from '../fake/recorded-cluster.ts'
import { kpx } from '../kpx.ts'
import type { Ran } from '../kpx.ts'

describe('kpx capture', () => {
  let folder: string
  let server: FakeApiServer

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-capture-'))
  })

  afterEach(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })

  const start = async (script: Script): Promise<void> => void (server = await startApiServer(script))
  const live = (...argv: string[]): Promise<Ran> => kpx(...argv, '--kubeconfig', server.kubeconfig)
  const questions = ['services -o json', 'explain service web -n shop -o json', 'trace node1 shop/web -o json']

  for (const name of ['cluster', 'cluster.tar.gz']) {
    it(`writes ${name}, which answers as the cluster did`, async () => {
      await start(recordedCluster('k1.37-nftables'))
      const path = join(folder, name)
      const { exit, stdout } = await live('capture', path)
      expect(stdout).to.match(/^recorded \d+ files, [\d.]+ MiB, in /)
      expect(exit).to.equal(0)
      for (const words of questions) {
        expect(await kpx(...words.split(' '), '--from', path), words).to.deep.equal(await live(...words.split(' ')))
      }
      expect(readdirSync(folder)).to.deep.equal([name])
    })
  }

  it('keeps what could not be seen', async () => {
    const cluster = recordedCluster('k1.33-iptables')
    await start({ ...cluster, exec: (_pod, [name = '']) => ({ missing: name }) })
    const path = join(folder, 'blind')
    const taken = await live('capture', path, '-o', 'json')
    expect(taken.exit).to.equal(3)
    const { seen } = JSON.parse(taken.stdout) as { seen: unknown }
    const asked = await kpx('services', '--from', path, '-o', 'json')
    expect(JSON.parse(asked.stdout)).to.deep.include({ seen })
  })

  it('overwrites nothing', async () => {
    await start(recordedCluster('k1.33-iptables'))
    writeFileSync(join(folder, 'file.tar.gz'), 'mine')
    mkdirSync(join(folder, 'full'))
    writeFileSync(join(folder, 'full', 'file'), 'mine')
    for (const name of ['file.tar.gz', 'full', 'full/file/below']) {
      const { exit, stderr, stdout } = await live('capture', join(folder, name))
      expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' })
      expect(stderr).to.include('KPX1018')
    }
    expect(readFileSync(join(folder, 'file.tar.gz'), 'utf8')).to.equal('mine')
    expect(readdirSync(folder).sort()).to.deep.equal(['file.tar.gz', 'full'])
  })
})

describe('a redacted object', () => {
  it('has no secret, and all that answers need', () => {
    const pod = {
      metadata: {
        name: 'a',
        labels: { app: 'a' },
        managedFields: [{ manager: 'kubectl' }],
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{"env":"s3cret"}',
          'example.com/api-token': 's3cret',
          'service.kubernetes.io/topology-mode': 'Auto',
        },
      },
      spec: {
        nodeName: 'n',
        containers: [
          {
            name: 'c',
            args: ['--config=/x', '--password=s3cret', '--token', 's3cret', '--v', '2'],
            command: ['run', '--client-secret=s3cret'],
            livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: 's3cret' }] } },
            lifecycle: { preStop: { exec: { command: ['redis-cli', '-a', 's3cret'] } } },
            env: [
              { name: 'KEY', value: 's3cret' },
              { name: 'IP', valueFrom: { fieldRef: {} } },
            ],
          },
        ],
        initContainers: [{ env: [{ name: 'KEY', value: 's3cret' }] }],
      },
      status: { podIP: '10.0.0.1' },
    }
    const kept = JSON.stringify(redacted(pod, 'pods'))
    expect(kept).to.not.include('s3cret')
    for (const word of ['nodeName', '"app":"a"', 'topology-mode', '--config=/x', '"--v","2"', 'fieldRef', '10.0.0.1']) {
      expect(kept).to.include(word)
    }
  })

  it('tells who wrote a ConfigMap, and of its data only what configures kube-proxy', () => {
    const config = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ipvs\n'
    const configMap = {
      metadata: {
        name: 'kube-proxy',
        annotations: { 'kpx/revisions': 'packed configurations' },
        managedFields: [{ manager: 'kubectl' }],
      },
      data: { 'config.conf': config, 'config.json': '{"kind":"KubeProxyConfiguration"}', kubeconfig: 'token: s3cret' },
      binaryData: { more: 's3cret' },
    }
    const kept = redacted(configMap, 'configmaps') as typeof configMap
    expect(JSON.stringify(kept)).to.not.include('s3cret')
    expect(kept.metadata).to.deep.equal(configMap.metadata)
    expect(kept.data).to.include({ 'config.conf': config, 'config.json': '{"kind":"KubeProxyConfiguration"}' })
  })

  it('has no secret in the template of a DaemonSet', () => {
    const template = { spec: { containers: [{ name: 'kube-proxy', env: [{ name: 'KEY', value: 's3cret' }] }] } }
    // which kpx's changes keep whole
    const annotations = { 'kpx/revisions': 'a packed s3cret' }
    const kept = redacted({ metadata: { name: 'a', annotations }, spec: { selector: {}, template } }, 'daemonsets')
    expect(JSON.stringify(kept)).to.not.include('s3cret')
    expect(kept).to.have.nested.property('spec.template.spec.containers[0].name', 'kube-proxy')
  })

  it('is what it was where there is nothing to take away', () => {
    for (const one of [null, 5, 'a', [], {}, { spec: { ports: [{ port: 80 }] } }, { metadata: { name: 'a' } }]) {
      expect(redacted(one, 'pods')).to.deep.equal(one)
    }
  })
})
