/** kpx preflight as a command: verdict, exit codes, formats, reports and suppressions; the same flags on the other checks. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Preflight } from '../../src/check/preflight.ts'
import { captures, kpx, root } from '../kpx.ts'
import { parseXml } from '../view/xml.ts'

const from = (recording: string): string[] => ['--from', `${captures}/${recording}`]
const old = ['preflight', ...from('k1.33-iptables')]

describe('kpx preflight', () => {
  let folder = ''
  before(() => (folder = mkdtempSync(join(tmpdir(), 'kpx-preflight-'))))
  after(() => rmSync(folder, { recursive: true }))
  const path = (name: string): string => join(folder, name)
  const written = (name: string, text: string): string => {
    writeFileSync(path(name), text)
    return path(name)
  }

  it('answers in one line, and with the exit code', async () => {
    const fine = await kpx('preflight', ...from('k1.37-iptables'))
    expect(fine.stdout).to.match(/^preflight: ready \(\d\d passed, 1 skipped\)\n/)
    expect(fine.stdout).to.match(/^Configuration and DaemonSet\nRESULT +CODE +LOOKED FOR\n\+ PASS +KPX2001 /m)
    expect(fine.exit).to.equal(0)
    const late = await kpx('preflight', '--kubernetes', '1.40', ...from('k1.37-ipvs'), '--node', 'node3')
    expect(late.stdout).to.match(
      /^Kubernetes 1\.40: not ready \(\d\d passed, 1 skipped, 1 error, 1 warning, 1 info\)\n/,
    )
    expect(late.stdout)
      .to.match(/^x FAIL +KPX4101 /m)
      .and.match(/^! WARN +KPX2011 /m)
      .and.match(/^i INFO +KPX4131 /m)
    expect(late.exit).to.equal(1)
    const blind = await kpx('preflight', ...from('k1.37-ipvs'))
    expect(blind.stdout)
      .to.match(/^preflight: unknown, for too little was seen /)
      .and.match(/^- SKIP +KPX3005 /m)
    expect(blind.exit).to.equal(3)
    expect((await kpx('preflight', '--mode', 'nft', ...from('k1.37-ipvs'))).exit).to.equal(2)
  })

  it('fails on warnings if told to, and prints the codes with -o name', async () => {
    expect((await kpx(...old)).exit).to.equal(0)
    const strict = await kpx(...old, '--fail-on', 'warning')
    expect(strict.exit).to.equal(1)
    expect(strict.stdout).to.match(/^preflight: not ready /)
    expect((await kpx(...old, '--fail-on', 'never', '--kubernetes', '1.43')).exit).to.equal(0)
    expect((await kpx(...old, '-o', 'name')).stdout).to.equal('KPX4001\n')
  })

  it('judges manifests without a cluster, and not both', async () => {
    const file = `${root}test/config/examples/config-map.yaml`
    const { exit, stdout } = await kpx('preflight', file, '-o', 'github')
    expect(exit).to.equal(1)
    expect(stdout).to.match(/^::error file=\S+config-map\.yaml,line=\d+,/m)
    expect(stdout).to.match(/kpx preflight: not ok, .* skipped\n$/)
    expect((await kpx('preflight', file, ...from('k1.37-ipvs'))).exit).to.equal(2)
    const broken = written('broken.yaml', 'kind: [\n')
    expect((await kpx('preflight', broken)).exit).to.equal(2)
    expect((await kpx('preflight', path('nowhere.yaml'))).exit).to.equal(2)
  })

  it('hides what is suppressed, and shows that and why', async () => {
    const strict = [...old, '--fail-on', 'warning']
    const flag = await kpx(...strict, '--suppress', 'KPX4001')
    expect(flag.exit).to.equal(0)
    expect(flag.stdout)
      .to.match(/^Suppressed\n {2}- KPX4001 .*on node1, node2: /m)
      .and.not.match(/^warning/m)
    expect(flag.stdout).to.match(/^\+ PASS +KPX4001/m)
    expect((await kpx(...strict, '--suppress', 'KPX4001=node1')).exit).to.equal(1)
    const file = written(
      'own.yaml',
      'suppress:\n- {code: KPX4001, node: node1, reason: on Friday}\n- {code: KPX4001, until: 2020-01-01, reason: late}\n',
    )
    const { exit, stdout } = await kpx(...strict, '--config-file', file, '-o', 'json')
    expect(exit).to.equal(1)
    const { findings } = JSON.parse(stdout) as Preflight
    expect(findings.map(({ code, suppressed }) => [code, suppressed?.reason])).to.deep.equal([
      ['KPX4001', 'on Friday'],
      ['KPX4001', undefined],
      ['KPX1027', undefined],
    ])
  })

  it('reads .kpx.yaml where it is started', async () => {
    written('.kpx.yaml', 'suppress: [{code: KPX4001, reason: known}]')
    const before = process.cwd()
    process.chdir(folder)
    try {
      for (const argv of [old, ['mode', 'check', 'nftables', ...from('k1.33-iptables')]]) {
        expect((await kpx(...argv, '--fail-on', 'warning')).exit, argv[0]).to.equal(0)
      }
      written('.kpx.yaml', 'suppress: [{code: KPX4901}]')
      const { exit, stderr } = await kpx(...old)
      expect(exit).to.equal(2)
      expect(stderr).to.match(
        /^Error: \.kpx\.yaml:1:12: kpx has no code "KPX4901" \(KPX1029\)\n {2}fix: did you mean KPX4/,
      )
    } finally {
      process.chdir(before)
      rmSync(path('.kpx.yaml'))
    }
  })

  it('refuses codes and formats that there are not, and says what was meant', async () => {
    for (const [flag, meant] of [
      ['--suppress=KPX4999', 'did you mean KPX'],
      ['--report=junt=x.xml', '--report junit=FILE'],
      ['--report=junit', '--report junit=FILE'],
    ] as const) {
      const { exit, stderr } = await kpx(...old, flag)
      expect(exit, flag).to.equal(2)
      expect(stderr).to.include('(KPX1001)').and.include(meant)
    }
  })

  for (const words of [
    ['preflight', ...from('k1.33-iptables')],
    ['verify', ...from('k1.37-iptables')],
    ['mode', 'check', 'nftables', ...from('k1.33-iptables')],
    ['config', 'validate', `${root}test/config/examples/config-map.yaml`],
  ]) {
    const command = words
      .filter((word) => !/[-/]/.test(word))
      .slice(0, 2)
      .join(' ')
    it(`${command} has every format, on stdout and as a report`, async () => {
      const reports = [
        'junit=own.xml',
        'sarif=own.sarif',
        'markdown=own.md',
        'github=own.txt',
        'json=own.json',
        'yaml=own.yml',
      ]
      const flags = reports.flatMap((one) => ['--report', one.replace('=', `=${folder}/`)])
      const usual = await kpx(...words)
      const { exit, stdout } = await kpx(...words, ...flags)
      expect({ exit, stdout }).to.deep.equal({ exit: usual.exit, stdout: usual.stdout })
      for (const report of reports) {
        const [format = '', file = ''] = report.split('=')
        expect((await kpx(...words, '-o', format)).stdout, format).to.equal(readFileSync(path(file), 'utf8'))
      }
      expect(parseXml(readFileSync(path('own.xml'), 'utf8')).attributes['name']).to.match(/^kpx /)
      for (const name of readdirSync(folder)) expect(name).to.not.match(/tmp/)
    })
  }

  it('writes a report whole or not at all', async () => {
    const kept = written('kept.xml', 'before')
    const { exit, stderr, stdout } = await kpx(...old, '--report', `junit=${folder}/nowhere/x.xml`)
    expect(exit).to.equal(2)
    expect(stderr).to.match(/^Error: the report .*nowhere\/x\.xml cannot be written: ENOENT.*\(KPX1010\)/)
    expect(stdout).to.equal('')
    expect((await kpx('preflight', '--mode', 'nft', '--report', `junit=${kept}`)).exit).to.equal(2)
    expect(readFileSync(kept, 'utf8')).to.equal('before')
    expect(existsSync(path('nowhere'))).to.equal(false)
  })

  it('lists what it looks for', async () => {
    const { exit, stdout } = await kpx('preflight', '--list')
    expect(exit).to.equal(0)
    expect(stdout).to.match(/^KPX4138 +always +kube-proxy needs itself to reach the API server$/m)
    expect(stdout).to.match(/^KPX4106 +--mode ipvs +a node's kernel has no IPVS$/m)
  })
})
