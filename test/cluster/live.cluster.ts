/** kube-proxy at work in a real cluster: in ipvs mode on one node, in the other modes and of other versions one after another on the others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Status } from '../../src/answer/status/status.ts'
import type { TraceList } from '../../src/answer/trace.ts'
import type { Role, Rule } from '../../src/kube/role.ts'
import { kpxProcess } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import { nodeAddresses } from './addresses.ts'
import { echoBinary, kubeProxyImageOf, kubernetesVersion } from './built.ts'
import type { Cluster } from './cluster.ts'
import { connections as often, disagreement, flowLine, probe } from './flows.ts'
import type { Flow, Question } from './flows.ts'
import { frontendsOf } from './frontends.ts'
import { changeKubeProxy, kubeProxyConfigMap } from './kube-proxy.ts'
import { importImage } from './node.ts'
import { run } from './run.ts'
import { createServices, startOutsider } from './services.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { clientOn, webManifests } from './web.ts'

const coldBuild = 60 * 60_000

/** Those of the DaemonSet whose mode and version change. */
const kubeProxyNodes = ['node1', 'node2']

const olderVersions = [
  { version: '1.33.13', modes: ['nftables', 'iptables'] },
  { version: '1.29.6', modes: ['iptables'] },
] as const

describe('a cluster', function () {
  this.timeout(60_000)
  let cluster: Cluster
  let web: readonly string[]

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `test-${process.pid}`, ipvs: true })
    await cluster.create(webManifests(cluster.nodes))
    await createServices(cluster)
    await startOutsider(cluster, await echoBinary())
    web = (await cluster.kubectl(['get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIPs[*]}'])).split(' ')
  })

  after('ends', async () => cluster?.down())

  /** The names of the pods that answer at an address of the Service, when all of them have been seen. */
  async function answering(node: string, network: string, address: string): Promise<string[]> {
    const question = ['/bin/echo', 'ask', network, address.includes(':') ? `[${address}]:80` : `${address}:80`, '20']
    const answers = await cluster.kubectl(['exec', clientOn(node), '--', ...question])
    return [...new Set(answers.split('\n').map((line) => line.split(' ')[0] ?? ''))].filter(Boolean).sort()
  }

  function everyPodAnswers(): void {
    for (const network of ['tcp', 'udp']) {
      it(`answers ${network} from both pods, on every node, at both addresses`, async () => {
        const pods = await cluster.kubectl(['get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[*].metadata.name}'])
        expect(web).to.have.length(2)
        for (const node of cluster.nodes) {
          for (const address of web)
            expect(await answering(node, network, address)).to.deep.equal(pods.split(' ').sort())
        }
      })
    }
  }

  const kpx = (...argv: string[]): Promise<Ran> =>
    kpxProcess(...argv, ...(argv[0] === 'rbac' ? [] : ['--kubeconfig', cluster.kubeconfig]))

  /** About packets from and through these nodes. */
  function kpxIsRight(nodes: readonly [string, ...string[]], connections: number = often.byChance): void {
    it('does to packets what kpx says', async function () {
      this.timeout(600_000)
      const frontends = await frontendsOf(cluster, nodeIPs(cluster))
      expect(frontends.length * nodes.length * 3, 'flows').to.be.greaterThan(400)
      let wrong = await disagreements(cluster, { nodes, frontends, connections })
      // a lost ICMP message, a busy machine, an endpoint that was not programmed yet: what is wrong every time is wrong
      for (let again = 0; wrong.size > 0 && again < 2; again++) {
        const asked = frontends.filter(({ target }) => [...wrong.keys()].some((line) => line.endsWith(` ${target}`)))
        const still = await disagreements(cluster, { nodes, frontends: asked, connections })
        wrong = new Map([...still].filter(([line]) => wrong.has(line)))
      }
      expect([...wrong.values()]).to.deep.equal([])
    })

    it('is answered alike live and from a capture of it', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'kpx-live-'))
      try {
        expect(await kpx('capture', join(folder, 'taken.tar.gz'))).to.include({ stderr: '', exit: 0 })
        for (const words of [
          ['services'],
          ['explain', 'service', 'balanced'],
          ['trace', nodes[0], 'service/default/web'],
        ]) {
          const taken = await kpxProcess(...words, '-o', 'json', '--from', join(folder, 'taken.tar.gz'))
          expect(taken, words.join(' ')).to.deep.equal(await kpx(...words, '-o', 'json'))
          expect(JSON.parse(taken.stdout)).to.have.deep.nested.property('seen.nodes', cluster.nodes)
        }
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  }

  /** On every node the same. */
  async function expectStatus(mode: 'iptables' | 'nftables', codes: readonly string[]): Promise<void> {
    const { stdout } = await kpx('status', '-o', 'json')
    const { config, findings, nodes, seen } = JSON.parse(stdout) as Status
    expect(findings.map(({ code }) => code).sort()).to.deep.equal(codes.flatMap((code) => [code, code]))
    expect(config).to.include({ object: 'ConfigMap kube-system/kube-proxy', key: 'config.conf' })
    expect(seen.blind).to.deep.equal([])
    for (const node of nodes.filter(({ node }) => kubeProxyNodes.includes(node))) {
      expect(node).to.deep.include({ running: mode, programmed: [mode], ready: true, leftovers: [] })
      expect(node.configCurrent).to.equal(codes.length === 0)
      expect(Date.parse(node.sync.lastSync ?? '')).to.be.greaterThan(Date.parse(node.startedAt ?? ''))
    }
    expect(nodes.map(({ node }) => node)).to.deep.equal(cluster.nodes)
  }

  it('has three ready nodes and kube-proxy on each', async () => {
    const daemonSets = ['get', 'daemonsets', '-n', 'kube-system', '-o', 'jsonpath={.items[*].status.numberReady}']
    expect(cluster.nodes).to.deep.equal(['node1', 'node2', 'node3'])
    const nodes = await cluster.kubectl(['get', 'nodes', '--no-headers'])
    expect(nodes).to.match(/^node1 +Ready .*\nnode2 +Ready .*\nnode3 +Ready .*\n$/)
    expect(await cluster.kubectl(daemonSets)).to.equal('2 1')
  })

  it('is read by who has the roles of kpx rbac, and by nobody who has less', async () => {
    const { items } = JSON.parse((await kpx('rbac', '-o', 'json')).stdout) as { items: readonly Role[] }
    const apply = (roles: readonly Role[]): Promise<string> =>
      cluster.kubectl(['apply', '-f', '-'], {
        input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...roles, ...roles.map(bindingOf)] }),
      })
    const isRead = async (): Promise<boolean> => {
      const { exit, stdout } = await kpx('status', '-o', 'json', '--as', 'reader')
      return exit === 0 && (JSON.parse(stdout) as Status).seen.blind.length === 0
    }
    await apply(items)
    await until('the roles', isRead)
    for (const role of items) {
      for (const rule of role.rules) {
        for (const verb of rule.verbs) {
          await apply([without(role, rule, verb)])
          await until(`no ${verb} ${rule.resources.join()}`, async () => !(await isRead()))
        }
      }
      await apply([role])
      await until('the roles again', isRead)
    }
  })

  describe('in iptables mode', () => {
    before('has rules', async () => hasRules(cluster, 'iptables'))

    everyPodAnswers()
    kpxIsRight(['node1', 'node2'])

    it('has no rules of nftables mode', async () => {
      expect(await ruled(cluster)).to.deep.equal({ iptables: kubeProxyNodes, nftables: [] })
    })

    it('has the status that it should have', async () => expectStatus('iptables', []))

    it('is told not to be in force where the ConfigMap alone is changed', async () => {
      await cluster.kubectl(['replace', '-f', '-'], { input: JSON.stringify(kubeProxyConfigMap('nftables')) })
      await expectStatus('iptables', ['KPX2101', 'KPX2102'])
    })
  })

  describe('in ipvs mode', () => {
    kpxIsRight(['node3'], often.byTurns)

    it('is told node by node, with the mode of each', async () => {
      const { exit, stdout } = await kpx('explain', 'service', 'web')
      expect(exit).to.equal(0)
      expect(stdout).to.match(/^Modes: +iptables on node1, node2; ipvs on node3$/m)
    })
  })

  describe('in nftables mode', () => {
    before('changes', async () => {
      await changeKubeProxy(cluster, { version: kubernetesVersion, mode: 'nftables' })
      await hasRules(cluster, 'nftables')
    })

    everyPodAnswers()
    kpxIsRight(['node1', 'node2'])

    it('has the status that it should have', async () => expectStatus('nftables', []))

    it('has no rules of iptables mode', async () => {
      expect(await ruled(cluster)).to.deep.equal({ iptables: [], nftables: kubeProxyNodes })
    })
  })

  for (const { version, modes } of olderVersions) {
    describe(`with kube-proxy ${version}`, () => {
      before('has its image', async function () {
        this.timeout(coldBuild)
        const input = await kubeProxyImageOf(version)
        for (const node of kubeProxyNodes) await run(...cluster.on(node, ...importImage), { input })
      })

      for (const mode of modes) {
        describe(`in ${mode} mode`, () => {
          before('changes', async () => {
            await changeKubeProxy(cluster, { version, mode })
            await hasRules(cluster, mode)
          })

          kpxIsRight(['node1'])
        })
      }
    })
  }
})

/** To the user `reader`. */
const bindingOf = ({ apiVersion, kind, metadata }: Role): object => ({
  apiVersion,
  kind: `${kind}Binding`,
  metadata: { ...metadata, name: 'reader' },
  subjects: [{ kind: 'User', name: 'reader' }],
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: metadata.name },
})

const without = (role: Role, rule: Rule, verb: string): Role => ({
  ...role,
  rules: role.rules
    .map((one) => (one === rule ? { ...one, verbs: one.verbs.filter((other) => other !== verb) } : one))
    .filter(({ verbs }) => verbs.length > 0),
})

const nodeIPs = ({ nodes }: Cluster): string[] => nodeAddresses(nodes.length).flatMap(({ addresses }) => addresses)

/** The flows about which kpx is wrong, and how. */
async function disagreements(cluster: Cluster, question: Question): Promise<Map<string, string>> {
  const flows = await probe(cluster, question, await echoBinary())
  const { items } = await traced(cluster, [...flows.keys()])
  const wrong = new Map<string, string>()
  for (const [i, [flow, met]] of [...flows].entries()) {
    const how = disagreement(flow, met, items[i]?.outcomes ?? [])
    if (how !== undefined) wrong.set(flowLine(flow), how)
  }
  return wrong
}

async function traced({ kubeconfig }: Cluster, flows: readonly Flow[]): Promise<TraceList> {
  const folder = mkdtempSync(join(tmpdir(), 'kpx-flows-'))
  try {
    const file = join(folder, 'flows')
    writeFileSync(file, flows.map((flow) => `${flowLine(flow)}\n`).join(''))
    const { exit, stderr, stdout } = await kpxProcess(
      'trace',
      '--flows',
      file,
      '-o',
      'json',
      '--kubeconfig',
      kubeconfig,
    )
    expect({ exit, stderr }).to.deep.equal({ exit: 0, stderr: '' })
    return JSON.parse(stdout) as TraceList
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** kube-proxy's pod is ready before its rules are. */
async function hasRules(cluster: Cluster, mode: 'iptables' | 'nftables'): Promise<void> {
  await until(`rules of ${mode} mode`, async () => (await ruled(cluster))[mode].length === kubeProxyNodes.length)
}

/** The nodes that have a mode's rules for `web`. */
async function ruled({ on }: Cluster): Promise<{ iptables: string[]; nftables: string[] }> {
  const printed = await Promise.all(
    kubeProxyNodes.map(async (node) => ({
      node,
      saved: await run(...on(node, 'iptables-save')),
      listed: await run(...on(node, 'nft', 'list', 'ruleset')),
    })),
  )
  return {
    iptables: printed.filter(({ saved }) => saved.includes('default/web:tcp')).map(({ node }) => node),
    nftables: printed.filter(({ listed }) => listed.includes('default/web/tcp')).map(({ node }) => node),
  }
}
