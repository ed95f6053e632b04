/** Whether recordings may change to each mode, as a whole and by command; and what the checks are as a list. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkCodes } from '../../src/check-codes.ts'
import { checks } from '../../src/check/index.ts'
import type { ModeCheck } from '../../src/check/mode-check.ts'
import { captures, kpx, root } from '../kpx.ts'
import { gone } from '../broken-capture.ts'
import { asked, codesOf, found } from './asked.ts'

/** Not checks, but what they are made of. */
const parts =
  /^(?:check|check-list|daemon-set|foreign-rules|gap|index|kernel|metric|mode-check|modules|node-ports|observed|own-ports|preflight|question|run|subject)\.ts$/

describe('checks', () => {
  it('are all listed, and sorted by their files', () => {
    const files = readdirSync(join(root, 'src/check')).filter((file) => !parts.test(file))
    const index = readFileSync(join(root, 'src/check/index.ts'), 'utf8')
    const imported = [...index.matchAll(/^import \{ (\w+) \} from '\.\/([\w-]+\.ts)'$/gm)]
    expect(imported.map(([, , file]) => file)).to.deep.equal(files.toSorted())
    const listed = /= \[([^\]]*)\]/.exec(index)?.[1]?.match(/\w+/g)
    expect(listed).to.deep.equal(imported.map(([, name]) => name))
    expect(checks).to.have.length(files.length)
  })

  it('have each a test that makes it find something, for every code of their own', () => {
    const tests = readdirSync(join(root, 'test/check')).map((file) =>
      readFileSync(join(root, 'test/check', file), 'utf8'),
    )
    const codes = new Set<string>(checks.flatMap((check) => check.codes))
    expect(checkCodes.map(({ code }) => code).filter((code) => !codes.has(code))).to.deep.equal([])
    expect([...codes].filter((code) => code.startsWith('KPX41') && !tests.join().includes(code))).to.deep.equal([])
  })
})

describe('mode check', () => {
  for (const recording of ['k1.37-iptables', 'k1.33-iptables', 'k1.37-nftables', 'k1.33-nftables'] as const) {
    for (const mode of ['iptables', 'nftables'] as const) {
      it(`lets ${recording} change to ${mode}, and warns of nothing but what is so`, async () => {
        const check = await asked({ recording, mode })
        expect(check).to.include({ mode, verdict: 'yes', ok: true })
        const age = recording.startsWith('k1.33') ? ['KPX4001 node1', 'KPX4001 node2'] : []
        const affinity = recording.endsWith(mode) ? [] : ['KPX4122 null']
        expect(codesOf(check)).to.deep.equal([...age, ...affinity])
        expect(check.nodes.map(({ changes, verdict }) => ({ changes, verdict }))).to.deep.equal(
          ['node1', 'node2'].map(() => ({ changes: !recording.endsWith(mode), verdict: 'yes' })),
        )
      })
    }
  }

  it('does not know of a node of which nothing was seen, and says so', async () => {
    const check = await asked({ recording: 'k1.37-ipvs', mode: 'nftables' })
    expect(check.verdict).to.equal('unknown')
    expect(check.nodes.map(({ verdict }) => verdict)).to.deep.equal(['unknown', 'unknown', 'yes'])
    expect(check.skipped.find(({ code }) => code === 'KPX4119')?.why).to.equal(
      'node1, node2: too little of it was seen',
    )
    expect(check.passed.map(({ code }) => code))
      .to.include('KPX4102')
      .and.not.include('KPX4119')
  })

  it('does not take IPVS for given where nothing tells of it', async () => {
    const check = await asked({ recording: 'k1.37-nftables', mode: 'ipvs' })
    expect(check.verdict).to.equal('unknown')
    expect(check.skipped.map(({ code }) => code)).to.include('KPX4106')
  })

  it('does not know without the nodes either', async () => {
    const edits = { 'objects/nodes.json': gone }
    const check = await asked({ recording: 'k1.37-iptables', mode: 'nftables', edits })
    expect(check.verdict).to.equal('unknown')
    expect(check.skipped.map(({ code }) => code)).to.include.members(['KPX4102', 'KPX4125'])
  })

  it('refuses userspace, and names the release that removed it', async () => {
    const check = await asked({ recording: 'k1.37-iptables', mode: 'userspace' })
    expect(check).to.include({ verdict: 'no', ok: false })
    expect(check.findings.map(({ message }) => message).join()).to.match(/removed in Kubernetes 1\.26/)
    expect(check.nodes.map(({ codes }) => codes)).to.deep.equal([['KPX4101'], ['KPX4101']])
  })
})

describe('mode check of platforms', () => {
  const answer = async (platform: string): Promise<ModeCheck> => {
    const fixture = `${root}test/platform/fixtures/${platform}`
    return JSON.parse((await kpx('mode', 'check', 'nftables', '--from', fixture, '-o', 'json')).stdout) as ModeCheck
  }

  it('says no where the platform chooses, and where there is no kube-proxy', async () => {
    for (const platform of ['gke', 'cilium', 'eks-auto']) {
      const check = await answer(platform)
      expect(check, platform).to.include({ verdict: 'no', ok: false })
      expect(codesOf(check), platform).to.include('KPX4108 null').and.not.include('KPX4002 null')
    }
    const own = codesOf(await answer('kubeadm'))
    expect(own).to.not.include('KPX4108 null').and.not.include('KPX4002 null')
  })

  it("names the owner's own command where the owner would undo a change", async () => {
    const check = await answer('eks-addon')
    expect(found(check, 'KPX4002')).to.include({ level: 'warning' })
    expect(found(check, 'KPX4002').fix).to.include('aws eks update-addon')
    expect(found(await answer('k3s'), 'KPX4002').fix).to.include('kpx config set mode=nftables --dry-run=client')
  })
})

describe('kpx mode', () => {
  const from = (recording: string): string[] => ['--from', `${captures}/${recording}`]

  it('check answers in one line, and with the exit code', async () => {
    const fine = await kpx('mode', 'check', 'nftables', ...from('k1.37-iptables'))
    expect(fine.stdout).to.match(/^nftables: yes, with 1 thing to know\n/)
    expect(fine.exit).to.equal(0)
    const old = await kpx('mode', 'check', 'nftables', ...from('k1.23-iptables'))
    expect(old.stdout).to.match(/^nftables: not yet\n/)
    expect(old.exit).to.equal(1)
    const open = await kpx('mode', 'check', 'ipvs', ...from('k1.37-iptables'))
    expect(open.stdout).to.match(/^ipvs: unknown, for too little was seen\n/)
    expect(open.exit).to.equal(3)
    expect((await kpx('mode', 'check', 'userspace', ...from('k1.37-iptables'))).exit).to.equal(1)
    expect((await kpx('mode', 'check', 'kernelspace', ...from('k1.37-iptables'))).exit).to.equal(2)
  })

  it('check fails on warnings if told to, and names the nodes that are ready for it', async () => {
    const argv = ['mode', 'check', 'nftables', ...from('k1.33-iptables')]
    expect((await kpx(...argv)).exit).to.equal(0)
    const strict = await kpx(...argv, '--fail-on', 'warning', '-o', 'json')
    expect(strict.exit).to.equal(1)
    expect(JSON.parse(strict.stdout) as ModeCheck).to.include({ ok: false, verdict: 'yes' })
    expect((await kpx(...argv, '--node', 'node2', '-o', 'name')).stdout).to.equal('node/node2\n')
  })

  it('check of a DaemonSet is about the nodes that it serves', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kpx-check-'))
    try {
      cpSync(`${captures}/k1.37-iptables`, folder, { recursive: true })
      const [pods, owner] = [join(folder, 'objects/pods.json'), /("kind": "DaemonSet",\s+"name": )"kube-proxy"/g]
      const argv = ['mode', 'check', 'nftables', '--daemonset', 'kube-proxy', '--from', folder]
      expect((await kpx(...argv)).exit).to.equal(0)
      writeFileSync(pods, readFileSync(pods, 'utf8').replaceAll(owner, '$1"another"'))
      const { exit, stderr } = await kpx(...argv)
      expect(stderr).to.include('DaemonSet kube-proxy does not serve node1, node2')
      expect(exit).to.equal(2)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('get tells the mode of each node', async () => {
    const { exit, stdout } = await kpx('mode', 'get', ...from('k1.37-nftables'))
    expect(exit).to.equal(0)
    expect(stdout)
      .to.include('Mode:    nftables (the file says so)')
      .and.match(/^node2 +v1\.37\.1 +nftables +nftables$/m)
  })
})
