/** Changes of kube-proxy's configuration on a real cluster: by commands and in an editor at a real terminal. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Role } from '../../src/kube/role.ts'
import type { Change } from '../../src/rollout/change.ts'
import { kpxProcess, root } from '../kpx.ts'
import type { Ran } from '../kpx.ts'
import { needsCluster } from './able.ts'
import type { Cluster } from './cluster.ts'
import { installPackages, terminalPackages } from './packages.ts'
import { eachVerbLess, grant } from './rights.ts'
import { kubeProxyOn } from './kube-proxy.ts'
import { attempt, run } from './run.ts'
import { Terminal } from './terminal.ts'
import { until } from './until.ts'
import { upCluster } from './up.ts'
import { service, webManifests } from './web.ts'

const coldBuild = 40 * 60_000
const namespace = 'kube-system'
const object = 'configmap/kube-proxy'

describe('the configuration of a cluster', function () {
  this.timeout(240_000)
  let cluster: Cluster
  /** What kubeadm would have written. */
  let first = ''
  const folder = mkdtempSync(join(tmpdir(), 'kpx-change-'))
  const terminal = new Terminal()
  /** Seconds; another one for each change. */
  let period = 40

  const kpx = (...argv: string[]): Promise<Ran> => kpxProcess(...argv, '--kubeconfig', cluster.kubeconfig)
  const kubectl = (...words: string[]): Promise<string> => cluster.kubectl([...words, '-n', namespace])
  const text = (): Promise<string> => kubectl('get', object, '-o', String.raw`jsonpath={.data.config\.conf}`)
  const changeOf = ({ stdout }: Ran): Change => JSON.parse(stdout) as Change
  const drafts = (): string[] => readdirSync(folder).filter((name) => name.startsWith('kpx-edit-'))

  async function changed(...argv: string[]): Promise<{ readonly exit: number; readonly change: Change }> {
    const ran = await kpx(...argv, '--yes', '-o', 'json')
    expect(ran.stdout, ran.stderr).to.match(/^\{/)
    return { exit: ran.exit, change: changeOf(ran) }
  }

  /** What every node's kernel has of it, soon after kube-proxy runs with it. */
  async function everyNodeMasqueradesBy(mark: string): Promise<void> {
    for (const node of cluster.nodes) {
      const [program, argv] = cluster.on(node, 'iptables-save', '-t', 'nat')
      const rule = `-A KUBE-MARK-MASQ -j MARK --set-xmark ${mark}/${mark}`
      await until(`${rule} on ${node}`, async () => (await run(program, argv)).includes(rule))
    }
  }

  /** At the terminal. `EDITOR` is vi. */
  async function typed(words: string): Promise<void> {
    const env = { EDITOR: 'vi', TMPDIR: folder, KUBECONFIG: cluster.kubeconfig, HOME: folder }
    await terminal.start(`${process.execPath} ${root}bin/run.js ${words}`, env)
  }

  before('starts', async function () {
    this.timeout(coldBuild)
    needsCluster(this)
    await installPackages(terminalPackages)
    cluster = await upCluster({ name: `change-${process.pid}` })
    first = await text()
  })

  after('ends', async () => {
    await terminal.end()
    rmSync(folder, { recursive: true })
    await cluster?.down()
  })

  it('is changed by config set, and the kernel of every node has it', async () => {
    const { change, exit } = await changed('config', 'set', 'iptables.masqueradeBit=12')
    expect([exit, change.rollout?.state]).to.deep.equal([0, 'done'])
    expect(change.rollout?.nodes.map(({ confirmed }) => confirmed)).to.deep.equal([true, true])
    await everyNodeMasqueradesBy('0x1000')
    expect(await text()).to.equal(first.replace('masqueradeBit: null', 'masqueradeBit: 12'))
    expect((await kpx('config', 'get', 'iptables.masqueradeBit')).stdout).to.equal('12\n')
  })

  it('is edited in vi, where what kube-proxy would not take comes back with the reason', async () => {
    await typed('edit configmap')
    await terminal.shows('# kpx: this is ConfigMap kube-system/kube-proxy')
    await terminal.type(':%s/masqueradeBit: 12/masqueradeBit: 77/', 'Enter', ':wq', 'Enter')
    await terminal.shows('It was not taken')
    await terminal.type('gg')
    expect(await terminal.shows('KPX2005')).to.include('iptables.masqueradeBit')
    await terminal.type(':%s/masqueradeBit: 77/masqueradeBit: 13/', 'Enter', ':wq', 'Enter')
    await terminal.shows('Change ConfigMap kube-system/kube-proxy?')
    await terminal.type('y', 'Enter')
    expect(await terminal.ends()).to.equal(0)
    expect(await terminal.screen()).to.include('in force on 2 nodes')
    await everyNodeMasqueradesBy('0x2000')
    expect(drafts()).to.deep.equal([])
  })

  it('comes back to the first byte after changes of several kinds', async () => {
    expect((await changed('config', 'set', 'nodePortAddresses=10.200.0.0/16', 'conntrack.min=0')).exit).to.equal(0)
    const { items } = JSON.parse((await kpx('config', 'history', '-o', 'json')).stdout) as {
      items: { revision: string; by: string }[]
    }
    expect(items.map(({ by, revision }) => `${revision} ${by}`)).to.deep.equal(['3 admin', '2 admin', '1 admin'])
    expect((await changed('config', 'restore', '1')).exit).to.equal(0)
    expect(await text()).to.equal(first)
    await everyNodeMasqueradesBy('0x4000')
  })

  it('keeps what somebody else applied meanwhile: both sides are shown, and the draft stays', async () => {
    await typed('edit configmap')
    await terminal.shows('# kpx: this is')
    await terminal.type(':%s/^mode: .*/mode: nftables/', 'Enter', ':wq', 'Enter')
    await terminal.shows('Change ConfigMap kube-system/kube-proxy?')
    const theirs = first.replace('portRange: ""', 'portRange: "" # theirs')
    const manifest = JSON.parse(await kubectl('get', object, '-o', 'json')) as { data: Record<string, string> }
    manifest.data['config.conf'] = theirs
    await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(manifest) })
    await terminal.type('y', 'Enter')
    expect(await terminal.ends()).to.equal(1)
    expect(await terminal.screen())
      .to.include('+portRange: "" # theirs')
      .and.include('+mode: nftables')
      .and.include('is kept in')
    expect(await text()).to.equal(theirs)
    const [draft = ''] = drafts()
    expect(readFileSync(join(folder, draft, 'kube-proxy-config.yaml'), 'utf8')).to.include('mode: nftables')
    rmSync(join(folder, draft), { recursive: true })
  })

  it('stays as it is where Ctrl-C answers the question, or comes in the editor’s place', async () => {
    const before = await text()
    await typed('config set mode=nftables')
    await terminal.shows('Change ConfigMap kube-system/kube-proxy?')
    await terminal.type('C-c')
    expect(await terminal.ends()).to.equal(130)
    const env = { EDITOR: 'sleep 60; :', TMPDIR: folder, KUBECONFIG: cluster.kubeconfig }
    await terminal.start(`${process.execPath} ${root}bin/run.js edit configmap`, env)
    await until('the editor runs', () => Promise.resolve(drafts().length > 0))
    await terminal.type('C-c')
    expect(await terminal.ends()).to.equal(130)
    expect(await text()).to.equal(before)
    rmSync(join(folder, drafts()[0] ?? ''), { recursive: true })
  })

  it('stays as it is where a policy of the cluster refuses the change', async () => {
    const before = await text()
    await cluster.create(policy)
    const wanted = ['config', 'set', 'mode=nftables']
    await until('the policy is in force', async () => (await changed(...wanted, '--dry-run=server')).exit === 1)
    const { change, exit } = await changed(...wanted)
    expect(exit).to.equal(1)
    expect(change.findings.find(({ code }) => code === 'KPX2105')?.message).to.include('not on Mondays')
    expect(await text()).to.equal(before)
    await cluster.kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'quiet'])
    await until('the policy is gone', async () => (await changed(...wanted, '--dry-run=server')).exit === 0)
  })

  it('is changed by who has the roles of kpx rbac --changes, and by nobody who has less', async () => {
    const { items } = JSON.parse((await kpxProcess('rbac', '--changes', '-o', 'json')).stdout) as { items: Role[] }
    const reading = items.filter(({ metadata }) => metadata.name === 'kpx-reader')
    const writer = items.find(({ metadata }) => metadata.name === 'kpx-writer')
    const tried = async (user: string, roles: readonly Role[], ...flags: string[]): Promise<readonly Ran[]> => {
      await cluster.create(grant(roles, user))
      await until('the roles are in force', async () => (await kpx('config', 'show', '--as', user)).exit === 0)
      const set = await kpx('config', 'set', `iptables.syncPeriod=${period++}s`, '--yes', '--as', user, ...flags)
      // what stopped before the first node would be in the way
      if (set.exit !== 0) await kpx('rollout', 'undo', '--yes')
      const grace = `s/terminationGracePeriodSeconds: .*/terminationGracePeriodSeconds: ${period}/`
      return [set, await edited('daemonset', grace, '--as', user, ...flags)]
    }
    expect((await tried('changer', items)).map(({ exit }) => exit)).to.deep.equal([0, 0])
    const fewer = writer ? eachVerbLess(writer) : []
    expect(fewer.map(({ resources, verb }) => `${verb} ${resources.join()}`)).to.deep.equal([
      'patch configmaps',
      'get daemonsets',
      'patch daemonsets',
      'update daemonsets',
      'delete pods',
      'create leases',
      'delete leases',
      'patch leases',
    ])
    for (const [i, { less, verb }] of fewer.entries()) {
      // what is needed at the end only is missed there
      const both = await tried(`less${i}`, [...reading, less], ...(verb === 'delete' ? [] : ['--timeout', '1ms']))
      const refused = both.find(({ exit }) => exit === 3)
      expect([refused?.exit, verb]).to.deep.equal([3, verb])
      expect(refused?.stderr).to.include('KPX1015').and.include('--changes')
      await kpx('rollout', 'undo', '--yes')
    }
  }).timeout(600_000)

  /** By sed, where nobody types. */
  const edited = (what: string, script: string, ...flags: string[]): Promise<Ran> => {
    const words = ['edit', what, '--yes', '--kubeconfig', cluster.kubeconfig, ...flags]
    const env = { ...process.env, EDITOR: `sed -i '${script}'`, TMPDIR: folder }
    return attempt(process.execPath, [`${root}bin/run.js`, ...words], { env })
  }

  it('is not touched where the draft finds no room', async () => {
    const before = await text()
    const full = join(folder, 'full')
    const script = `mkdir ${full} && mount -t tmpfs -o size=8k tmpfs ${full} && cat /dev/zero > ${full}/zeros; TMPDIR=${full} EDITOR=true exec "$@"`
    const words = [
      process.execPath,
      `${root}bin/run.js`,
      'edit',
      'configmap',
      '--yes',
      '--kubeconfig',
      cluster.kubeconfig,
    ]
    const ran = await attempt('unshare', ['--mount', 'sh', '-c', script, 'sh', ...words])
    expect([ran.exit, await text()]).to.deep.equal([2, before])
    expect(ran.stderr).to.include('KPX1024').and.include('TMPDIR')
  })

  it('that no kube-proxy starts with is taken back, with its own words', async () => {
    const before = await text()
    const { change, exit } = await changed('config', 'set', 'mode=ipvs')
    expect([exit, change.rollout?.state]).to.deep.equal([5, 'undone'])
    expect(change.findings.map(({ message }) => message).join('\n')).to.include('ipvs not supported')
    expect(await text()).to.equal(before)
  })

  it('is taken back where a new image does not start, and pods of before stay where they are', async () => {
    const before = await kubectl('get', 'daemonset/kube-proxy', '-o', 'jsonpath={.spec}')
    const pods = await kubeProxyOn('node2', cluster)
    const ran = await edited('daemonset', 's/image: .*/image: localhost\\/nowhere:v1.37.1/')
    expect(ran.exit, ran.stderr).to.equal(5)
    expect(await kubectl('get', 'daemonset/kube-proxy', '-o', 'jsonpath={.spec}')).to.equal(before)
    expect(await kubeProxyOn('node2', cluster)).to.equal(pods)
  })

  it('is taken back where kube-proxy is ready and well, and packets go wrong', async () => {
    // without endpoints of one node alone nobody suffers from it
    await cluster.create([
      ...webManifests(cluster.nodes),
      service('own', 'web', { ports: [{ port: 80, targetPort: 8080 }], internalTrafficPolicy: 'Local' }),
    ])
    await until('verify finds nothing', async () => (await kpx('verify')).exit === 0)
    const before = await kubectl('get', 'daemonset/kube-proxy', '-o', 'jsonpath={.spec}')
    const script = String.raw`s/hostname-override=\$(NODE_NAME)/hostname-override=node2/`
    const ran = await edited('daemonset', script, '--node-timeout', '30s', '-o', 'json')
    expect(ran.exit, ran.stderr).to.equal(5)
    const { findings } = JSON.parse(ran.stdout) as Change
    expect(findings.find(({ code }) => code === 'KPX5007')?.message).to.include('KPX3018')
    expect(await kubectl('get', 'daemonset/kube-proxy', '-o', 'jsonpath={.spec}')).to.equal(before)
  })

  it('is edited at the DaemonSet in vi, and the pods run with it', async () => {
    await typed('edit daemonset')
    await terminal.shows('# kpx: this is DaemonSet kube-system/kube-proxy')
    const line = '          - --v=3'
    await terminal.type('/hostname-override', 'Enter', 'yyp', ':s/--.*/--v=3/', 'Enter', ':wq', 'Enter')
    expect(await terminal.shows('Change DaemonSet kube-system/kube-proxy?')).to.include(line.trim())
    await terminal.type('y', 'Enter')
    expect(await terminal.ends()).to.equal(0)
    const words = await kubectl(
      'get',
      'daemonset/kube-proxy',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].command}',
    )
    expect(words).to.include('--v=3')
  })
})

/** Of no ConfigMap named kube-proxy may the data change. */
const policy = [
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'quiet' },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['configmaps'] }],
      },
      validations: [{ expression: "object.metadata.name != 'kube-proxy'", message: 'not on Mondays' }],
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'quiet' },
    spec: { policyName: 'quiet', validationActions: ['Deny'] },
  },
]
