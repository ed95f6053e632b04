/** What kpx says of a real cluster that does not behave: of what was seen all, of what was not why, and never that all is well. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { ServiceList } from '../../src/answer/services.ts'
import { readerClusterRole, readerRole, systemNamespace } from '../../src/kube/role.ts'
import { kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import type { Cluster } from './cluster.ts'
import { kubeProxyConfigMap, kubeProxyOn } from './kube-proxy.ts'
import { isReady } from './readyz.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { openWay } from './way.ts'
import type { Traffic, Way } from './way.ts'
import { service } from './web.ts'

const coldBuild = 40 * 60_000

/** The lists of Services, EndpointSlices, pods and nodes: each is short, and has a connection of its own. */
const lists = 4

/** All rights of a reader, in all namespaces. */
const reader = { ...readerClusterRole, rules: [...readerClusterRole.rules, ...readerRole(systemNamespace).rules] }

describe('a cluster that fails', function () {
  this.timeout(60_000)
  let cluster: Cluster
  let folder: string

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `failures-${process.pid}` })
    folder = mkdtempSync(join(tmpdir(), 'kpx-failures-'))
    // so many that the rules are longer than what a test lets pass of them
    const idle = Array.from({ length: 20 }, (_, index) => service(`idle${index}`, 'none'))
    await cluster.create([service('nodeport', 'none', { type: 'NodePort' }, 30001), service('idle', 'none'), ...idle])
    await until('the rules', async () => (await kpx('services')).exit === 0)
  })

  after('ends', async () => {
    await cluster?.down()
    if (folder) rmSync(folder, { recursive: true })
  })

  const kpxBy = async (kubeconfig: string, ...argv: string[]): Promise<Ran> => {
    const ran = await kpxProcess(...argv, '--kubeconfig', kubeconfig)
    expect(ran.stdout + ran.stderr).to.not.match(/^ +at /m)
    return ran
  }
  const kpx = (...argv: string[]): Promise<Ran> => kpxBy(cluster.kubeconfig, ...argv)

  async function by<T>(traffic: Traffic, ask: (way: Way) => Promise<T>): Promise<T> {
    const way = await openWay(cluster, traffic)
    try {
      return await ask(way)
    } finally {
      way.close()
    }
  }

  /** The text of an answer on one line. */
  const flat = ({ stdout }: Ran): string => stdout.replaceAll(/\s+/g, ' ')

  const rollout = (): Promise<string> =>
    cluster.kubectl(['rollout', 'status', '-n', 'kube-system', 'daemonset/kube-proxy', '--timeout=60s'])

  /** While a program of a machine stands still. */
  async function stopped<T>(machine: string, program: string, ask: () => Promise<T>): Promise<T> {
    const goOn = cluster.halt(machine, program)
    try {
      return await ask()
    } finally {
      goOn()
    }
  }

  /** What the other node is to have: all that it has when nothing fails. */
  async function rowsOf(node: string, ...flags: string[]): Promise<unknown> {
    const { stdout } = await kpx('services', '-o', 'json', ...flags)
    return (JSON.parse(stdout) as ServiceList).items.filter((item) => item.node === node)
  }

  describe('on a node', () => {
    for (const program of ['containerd', 'kubelet']) {
      it(`whose ${program} hangs is seen on the other one, and says why not on this one`, async () => {
        const whole = await rowsOf('node1')
        await stopped('node2', program, async () => {
          const pod = await kubeProxyOn('node2', cluster)
          const path = join(folder, `${program}.tar.gz`)
          const [shown, rows, taken] = await Promise.all([
            kpx('services', '--request-timeout', '3s'),
            rowsOf('node1', '--request-timeout', '3s'),
            kpx('capture', path, '--request-timeout', '3s'),
          ])
          expect(flat(shown)).to.match(
            new RegExp(`seen 1/2 nodes node2: kube-system/${pod}: no answer within 3 s: .* in ${pod}`),
          )
          expect(flat(shown)).to.include('check the node, or give it longer: --request-timeout 60s')
          expect(rows).to.deep.equal(whole)
          expect([shown.exit, taken.exit]).to.deep.equal([3, 3])
          const asked = await kpxProcess('services', '--from', path)
          expect(asked.exit).to.equal(3)
          expect(flat(asked)).to.include(`node2: kube-system/${pod}: no answer within 3 s`)
        })
      })
    }

    it('that is not ready says what the API says of it', async () => {
      await stopped('node2', 'kubelet', async () => {
        const message = 'Kubelet stopped posting node status.'
        const status = { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message }] }
        await cluster.kubectl([
          'patch',
          'node/node2',
          '--subresource=status',
          '--type=strategic',
          '-p',
          JSON.stringify({ status }),
        ])
        const shown = await kpx('explain', 'service', 'nodeport', '--request-timeout', '2s')
        expect(flat(shown)).to.include(
          `the node is not ready: ${message} see its conditions: kubectl describe node node2`,
        )
        expect(shown.exit).to.equal(3)
      })
      await cluster.kubectl(['wait', '--for=condition=Ready', 'node/node2', '--timeout=60s'])
    })

    it('whose pod is deleted while it is asked says that it is gone', async () => {
      const pod = await kubeProxyOn('node1', cluster)
      let deleted: Promise<string> | undefined
      const before = async (connection: number): Promise<void> => {
        if (connection > lists)
          await (deleted ??= cluster.kubectl(['delete', 'pod', '-n', 'kube-system', pod, '--grace-period=1']))
      }
      const shown = await by({ before }, ({ kubeconfig }) => kpxBy(kubeconfig, 'services'))
      await rollout()
      expect(flat(shown)).to.include('seen 1/2 nodes').and.include(`${pod} is gone`)
      expect(shown.exit).to.equal(3)
    })

    it('whose kube-proxy crashes says so, and where its log is', async () => {
      const replace = (mode: 'iptables' | 'ipvs'): Promise<string> =>
        cluster.kubectl(['replace', '-f', '-'], { input: JSON.stringify(kubeProxyConfigMap(mode)) })
      const restart = async (): Promise<string> =>
        cluster.kubectl(['delete', 'pod', '-n', 'kube-system', await kubeProxyOn('node2', cluster), '--grace-period=1'])
      await replace('ipvs')
      await restart()
      // it is started again at once, and then ever more seldom
      const status = [
        '-n',
        'kube-system',
        '-o',
        'jsonpath={.status.containerStatuses[0].restartCount}{.status.containerStatuses[0].state}',
      ]
      await until('the crash', async () => {
        const pod = await kubeProxyOn('node2', cluster)
        return pod !== '' && /^[1-9].*(terminated|waiting)/.test(await cluster.kubectl(['get', 'pod', pod, ...status]))
      })
      const pod = await kubeProxyOn('node2', cluster)
      const shown = await kpx('services')
      await replace('iptables')
      await restart()
      await rollout()
      expect(flat(shown))
        .to.match(
          new RegExp(`seen 1/2 nodes node2: kube-system/${pod}: it does not run \\((CrashLoopBackOff|Error)\\)`),
        )
        .and.include(`kubectl logs -n kube-system ${pod}`)
      expect(shown.exit).to.equal(3)
    })

    it('without a kube-proxy says so, and what to look at', async () => {
      const daemonSet = await cluster.kubectl(['get', '-n', 'kube-system', 'daemonset/kube-proxy', '-o', 'json'])
      await cluster.kubectl(['delete', '-n', 'kube-system', 'daemonset/kube-proxy', '--cascade=orphan'])
      await cluster.kubectl([
        'delete',
        'pod',
        '-n',
        'kube-system',
        await kubeProxyOn('node2', cluster),
        '--grace-period=1',
      ])
      const shown = await kpx('trace', 'node2', 'service/default/idle', '--node', 'node2')
      const {
        metadata: { labels, name, namespace },
        spec,
      } = JSON.parse(daemonSet) as {
        metadata: Record<string, unknown>
        spec: unknown
      }
      await cluster.create([{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { labels, name, namespace }, spec }])
      await rollout()
      expect(flat(shown))
        .to.include('node2: kube-proxy: no pod of kube-proxy runs on this node')
        .and.include('kubectl get pods -A -o wide --field-selector spec.nodeName=node2')
      expect(shown.exit).to.equal(3)
    })
  })

  describe('whose API server', () => {
    it('is away before, or after the lists, is an error', async () => {
      const away = await by({}, (way) => {
        way.cut()
        return kpxBy(way.kubeconfig, 'services')
      })
      const before = (connection: number, way: Way): void => {
        if (connection > lists) way.cut()
      }
      const between = await by({ before }, ({ kubeconfig }) => kpxBy(kubeconfig, 'services'))
      for (const { exit, stderr, stdout } of [away, between]) {
        expect({ exit, stdout }).to.deep.equal({ exit: 3, stdout: '' })
        expect(stderr).to.match(
          /cannot be reached to .*: nothing listens there \(KPX1013\)\n {2}fix: check that the API/,
        )
      }
      expect(between.stderr).to.include('run a command in kube-system/kube-proxy-')
    })

    it('breaks the connections while nodes print says what of them was not seen', async () => {
      // more than the TLS handshake, less than any node's rules
      const most = (connection: number): number => (connection > lists ? 5_000 : Infinity)
      const shown = await by({ most }, ({ kubeconfig }) => kpxBy(kubeconfig, 'services'))
      expect(flat(shown)).to.include('seen 0/2 nodes').and.include('the connection was closed')
      expect(shown.exit).to.equal(3)
    })

    it('breaks a connection once is asked again', async () => {
      const most = (connection: number): number => (connection === lists + 1 ? 3_000 : Infinity)
      expect(await by({ most }, ({ kubeconfig }) => kpxBy(kubeconfig, 'services'))).to.deep.equal(await kpx('services'))
    })

    it('hangs costs one time-out', async () => {
      const { exit, stderr } = await stopped('cp', 'kube-apiserver', () => kpx('services', '--request-timeout', '1s'))
      expect(stderr).to.match(/no answer within 1 s: list \w+ \(KPX1017\)/)
      expect(exit).to.equal(3)
    })

    it('knows the user no more after the lists says so', async () => {
      await cluster.create([
        reader,
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader' } },
        {
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRoleBinding',
          metadata: { name: 'reader' },
          subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'default' }],
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: reader.metadata.name },
        },
      ])
      const { ca, server } = serverOf(cluster.kubeconfig)
      const token = (await cluster.kubectl(['create', 'token', 'reader'])).trim()
      let revoked: Promise<void> | undefined
      const revoke = async (): Promise<void> => {
        await cluster.kubectl(['delete', 'serviceaccount', 'reader'])
        // which it does not at once
        await until('the API server forgets the token', async () => !(await isReady(server, ca, token)))
      }
      const before = async (connection: number): Promise<void> => {
        if (connection > lists) await (revoked ??= revoke())
      }
      const { exit, stderr, stdout } = await by({ before, token }, ({ kubeconfig }) => kpxBy(kubeconfig, 'services'))
      expect(stderr).to.include('does not know who asks to run a command').and.include('KPX1014')
      expect(stderr).to.not.include(token)
      expect({ exit, stdout }).to.deep.equal({ exit: 3, stdout: '' })
    })
  })

  describe('that refuses', () => {
    it('one right alone says which', async () => {
      for (const resource of ['pods', 'pods/exec']) {
        const name = `without-${resource.replace('/', '-')}`
        const rules = reader.rules.filter((rule) => !rule.resources.includes(resource))
        await cluster.create([{ ...reader, metadata: { name }, rules }])
        await cluster.kubectl(['create', 'clusterrolebinding', name, `--clusterrole=${name}`, `--user=${name}`])
        await until('the role', async () => {
          const { stderr } = await kpx('services', '--as', name)
          return stderr.includes(`resources: ["${resource}"]`)
        })
        const { exit, stderr, stdout } = await kpx('services', '--as', name)
        expect(stderr).to.include(`User "${name}" cannot`).and.include('(KPX1015)\n  fix: have this rule added')
        expect({ exit, stdout }).to.deep.equal({ exit: 3, stdout: '' })
      }
    })
  })
})

function serverOf(kubeconfig: string): { readonly server: string; readonly ca: Uint8Array } {
  const { clusters } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
  }
  const [{ cluster } = { cluster: { server: '', 'certificate-authority-data': '' } }] = clusters
  return { server: cluster.server, ca: Buffer.from(cluster['certificate-authority-data'], 'base64') }
}
