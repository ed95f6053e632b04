/** Which packages the built kpx loads: what talks to a cluster, or asks a person, must cost nothing where it is not needed. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { capture, everyCommand } from '../every-command.ts'
import { root } from '../kpx.ts'

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>
}

interface Coverage {
  readonly result: readonly { readonly url: string }[]
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

/** The package and all that it depends on, by name. */
function treeOf(name: string): Set<string> {
  const { packages } = readJson(`${root}package-lock.json`) as Lock
  const names = new Set([name])
  // a name that is added on the way is gone through as well
  for (const one of names) {
    for (const [path, { dependencies = {} }] of Object.entries(packages)) {
      if (path.endsWith(`node_modules/${one}`)) for (const own of Object.keys(dependencies)) names.add(own)
    }
  }
  return names
}

/** The scripts that V8 saw. esbuild heads every bundled file with its path. */
function loaded(...argv: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'kpx-loads-'))
  try {
    const env = { ...process.env, NODE_V8_COVERAGE: folder }
    const { status, stderr } = spawnSync(process.execPath, [`${root}bin/run.js`, ...argv], { env })
    expect({ status, stderr: stderr.toString() }).to.deep.equal({ status: 0, stderr: '' })
    const [file = ''] = readdirSync(folder)
    const scripts = (readJson(join(folder, file)) as Coverage).result.filter(({ url }) => url.startsWith('file:'))
    return scripts.map(({ url }) => readFileSync(fileURLToPath(url), 'utf8')).join('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const packagesLoaded = (...argv: readonly string[]): string[] => [
  ...new Set(
    Array.from(loaded(...argv).matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm), ([, name = '']) => name),
  ),
]

describe('an offline command', () => {
  const usual = new Set([...treeOf('@oclif/core'), 'chalk', 'ipaddr.js'])
  const unusual = (...argv: readonly string[]): string[] => packagesLoaded(...argv).filter((name) => !usual.has(name))

  /** kube-proxy's configuration is YAML, and so are some of those by which its platform is known: explain alone names that. */
  const isConfigured = ([first = '', second = '']: readonly string[]): boolean =>
    ['config', 'mode', 'preflight', 'status', 'verify'].includes(first) || (first === 'explain' && second === '--from')

  const field = ['explain', 'field', 'iptables.masqueradeBit']
  for (const argv of [
    ['--version'],
    ['--help'],
    field,
    ['completion', 'bash'],
    ['__complete', '--', 'config', 'set', 'mode='],
    ['__complete', '--', 'explain', 'service', '--from', capture, ''],
    ...everyCommand.map((words) => [...words, '--from', capture]),
  ]) {
    it(`loads only the usual packages: kpx ${argv.slice(0, 2).join(' ')}`, () => {
      expect(unusual(...argv)).to.deep.equal(isConfigured(argv) ? ['js-yaml'] : [])
    })
  }

  it('loads what makes pages for those alone who ask for one', () => {
    const isLoaded = (...argv: readonly string[]): boolean =>
      loaded(...argv, '--from', capture).includes('// src/view/html/')
    for (const [words, service = []] of [[['status']], [['verify']], [['explain', 'service'], ['shop/web']]] as const) {
      expect([isLoaded(...words, ...service), isLoaded(...words, ...service, '-o', 'html')]).to.deep.equal([
        false,
        true,
      ])
    }
  })

  it('loads js-yaml for YAML', () => {
    expect(unusual('explain', 'code', 'KPX3001', '-o', 'yaml')).to.deep.equal(['js-yaml'])
  })

  it('is each command that kpx has', () => {
    const { commands } = readJson(`${root}oclif.manifest.json`) as { commands: object }
    const topics = ['config', 'explain', 'mode']
    const ids = everyCommand.map(([first = '', ...others]) =>
      [first, ...(topics.includes(first) ? others.slice(0, 1) : [])].join(':'),
    )
    // they ask nothing of a recording, or find nothing to compare in one
    const others = [
      '__complete',
      'capture',
      'completion',
      'config:diff',
      'explain:field',
      'job',
      'rbac',
      'rollout:status',
    ]
    const writing = [
      'cleanup',
      'config:restore',
      'config:set',
      'config:unset',
      'edit:configmap',
      'edit:daemonset',
      'mode:set',
    ]
    const rolling = ['rollout:restart', 'rollout:resume', 'rollout:undo']
    expect([...ids, ...others, ...rolling, ...writing].sort()).to.deep.equal(Object.keys(commands).sort())
  })
})
