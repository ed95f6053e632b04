/** kube-proxy at work in a real cluster, in two modes, one after the other. */
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
import { kubernetesService, nodeAddresses } from './addresses.ts'
import { echoBinary } from './built.ts'
import type { Cluster } from './cluster.ts'
import { disagreement, flowLine, probe } from './flows.ts'
import type { Flow } from './flows.ts'
import { kubeProxyConfigMap } from './kube-proxy.ts'
import { run } from './run.ts'
import { addressesOf, balancedStatus, services } from './services.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { clientOn, webManifests } from './web.ts'

const coldBuild = 40 * 60_000

describe('a cluster', function () {
  this.timeout(60_000)
  let cluster: Cluster
  let web: readonly string[]

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    cluster = await upCluster({ name: `test-${process.pid}` })
    await cluster.create([...webManifests(cluster.nodes), ...services])
    const status = ['--subresource=status', '--type=merge', '-p', JSON.stringify(balancedStatus)]
    await cluster.kubectl(['patch', 'service', 'balanced', ...status])
    await cluster.kubectl(['rollout', 'status', 'deployment/web', '--timeout=60s'])
    await cluster.kubectl(['rollout', 'status', 'deployment/single', '--timeout=60s'])
    await cluster.kubectl(['wait', '--for=condition=Ready', 'pod', '--all', '--timeout=60s'])
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

  function kpxIsRight(): void {
    it('does to packets what kpx says', async function () {
      this.timeout(180_000)
      const wrong = await disagreements(cluster)
      // a lost ICMP message, or an endpoint that was not programmed yet: what is wrong twice is wrong
      const again = wrong.size > 0 ? await disagreements(cluster) : wrong
      expect([...again].flatMap(([flow, how]) => (wrong.has(flow) ? [how] : []))).to.deep.equal([])
    })

    it('is answered alike live and from a capture of it', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'kpx-live-'))
      try {
        expect(await kpx('capture', join(folder, 'taken.tar.gz'))).to.include({ stderr: '', exit: 0 })
        for (const words of [
          ['services'],
          ['explain', 'service', 'balanced'],
          ['trace', 'node1', 'service/default/web'],
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
    for (const node of nodes) {
      expect(node).to.deep.include({ running: mode, programmed: [mode], ready: true, leftovers: [] })
      expect(node.configCurrent).to.equal(codes.length === 0)
      expect(Date.parse(node.sync.lastSync ?? '')).to.be.greaterThan(Date.parse(node.startedAt ?? ''))
    }
    expect(nodes.map(({ node }) => node)).to.deep.equal(cluster.nodes)
  }

  it('has two ready nodes and kube-proxy on both', async () => {
    const daemonSet = ['get', 'daemonset/kube-proxy', '-n', 'kube-system', '-o', 'jsonpath={.status.numberReady}']
    expect(cluster.nodes).to.deep.equal(['node1', 'node2'])
    expect(await cluster.kubectl(['get', 'nodes', '--no-headers'])).to.match(/^node1 +Ready .*\nnode2 +Ready .*\n$/)
    expect(await cluster.kubectl(daemonSet)).to.equal('2')
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
    kpxIsRight()

    it('has no rules of nftables mode', async () => {
      expect(await ruled(cluster)).to.deep.equal({ iptables: cluster.nodes, nftables: [] })
    })

    it('has the status that it should have', async () => expectStatus('iptables', []))

    it('is told not to be in force where the ConfigMap alone is changed', async () => {
      await cluster.kubectl(['replace', '-f', '-'], { input: JSON.stringify(kubeProxyConfigMap('nftables')) })
      await expectStatus('iptables', ['KPX2101', 'KPX2102'])
    })
  })

  describe('in nftables mode', () => {
    before('changes', async () => {
      await cluster.kubectl(['rollout', 'restart', '-n', 'kube-system', 'daemonset/kube-proxy'])
      await cluster.kubectl(['rollout', 'status', '-n', 'kube-system', 'daemonset/kube-proxy', '--timeout=60s'])
      await hasRules(cluster, 'nftables')
    })

    everyPodAnswers()
    kpxIsRight()

    it('has the status that it should have', async () => expectStatus('nftables', []))

    it('has no rules of iptables mode', async () => {
      expect(await ruled(cluster)).to.deep.equal({ iptables: [], nftables: cluster.nodes })
    })
  })
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

/** Of more than 200 flows those about which kpx is wrong, and how. */
async function disagreements(cluster: Cluster): Promise<Map<string, string>> {
  const flows = await probe(cluster, await frontends(cluster), await echoBinary())
  expect(flows.size).to.be.greaterThan(200)
  const { items } = await traced(cluster, [...flows.keys()])
  const sticky = await clusterIPs(cluster, 'sticky')
  const wrong = new Map<string, string>()
  for (const [i, [flow, met]] of [...flows].entries()) {
    const isSticky = sticky.some((ip) => flow.target.includes(ip))
    const how = disagreement(flow, met, items[i]?.outcomes ?? [], isSticky)
    if (how !== undefined) wrong.set(flowLine(flow), how)
  }
  return wrong
}

const clusterIPs = async ({ kubectl }: Cluster, ...names: string[]): Promise<string[]> =>
  (await kubectl(['get', 'services', ...names, '-o', 'jsonpath={..clusterIPs[*]}'])).split(' ')

async function frontends(cluster: Cluster): Promise<string[]> {
  const nodeIPs = nodeAddresses(cluster.nodes.length).flatMap(({ addresses }) => addresses)
  // the Service kubernetes is on another port
  const services = (await clusterIPs(cluster)).filter((ip) => ip !== kubernetesService)
  return addressesOf(services, nodeIPs)
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
  await until(`rules of ${mode} mode`, async () => (await ruled(cluster))[mode].length === cluster.nodes.length)
}

/** The nodes that have a mode's rules for `web`. */
async function ruled({ nodes, on }: Cluster): Promise<{ iptables: string[]; nftables: string[] }> {
  const printed = await Promise.all(
    nodes.map(async (node) => ({
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
