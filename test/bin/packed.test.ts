/** The package as npm packs it, installed where there is nothing else. Needs `npm run build`. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { captures, kpx, root } from '../kpx.ts'

interface Manifest {
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
}

interface KrewPlugin {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly caveats: string
    readonly platforms: readonly { readonly bin: string }[]
    readonly shortDescription: string
  }
}

const manifest = (): Manifest => JSON.parse(text(`${root}package.json`)) as Manifest

const text = (file: string): string => readFileSync(file, 'utf8')

describe('the package', function () {
  this.timeout(60_000)
  let folder = ''
  let files: readonly string[] = []
  const installed = (file: string): string => join(folder, 'node_modules/kpx', file)
  const run = (command: string, ...argv: readonly string[]): string =>
    execFileSync(command, argv, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-packed-'))
    // scripts would install and build again
    const tarball = run('npm', 'pack', root, '--ignore-scripts', '--silent').trim()
    writeFileSync(join(folder, 'package.json'), '{}')
    run('npm', 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', `./${tarball}`)
    files = readdirSync(installed(''), { recursive: true, encoding: 'utf8' })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => statSync(installed(file)).isFile())
  })

  after(() => rmSync(folder, { recursive: true }))

  it('answers as the sources do, without other packages', async () => {
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).to.deep.equal(['kpx'])
    const bin = join(folder, 'node_modules/.bin/kpx')
    expect(run(bin, '--version')).to.match(new RegExp(`^kpx/${manifest().version} `))
    const question = [
      'explain',
      'service',
      'web-lb',
      '-n',
      'shop',
      '--from',
      `${captures}/k1.37-nftables`,
      '-o',
      'json',
    ]
    expect(run(bin, ...question)).to.equal((await kpx(...question)).stdout)
    const { dependencies } = JSON.parse(text(installed('package.json'))) as { dependencies?: object }
    expect(dependencies ?? {}).to.deep.equal({})
  })

  it("is kubectl's plugin as well, with its completion", () => {
    const plugin = join(folder, 'node_modules/.bin/kubectl-kube_proxy')
    expect(run(plugin, '--help')).to.include('$ kubectl kube-proxy [COMMAND]')
    const failed = spawnSync(plugin, ['statsu'], { encoding: 'utf8' })
    expect(failed.stderr).to.include('fix: run: kubectl kube-proxy --help')
    const complete = join(folder, 'node_modules/.bin/kubectl_complete-kube_proxy')
    expect(run(complete, 'config', 'set', 'mode=nf')).to.equal('mode=nftables\n:4\n')
    expect(run(complete, 'status', '--help', '--no-c')).to.match(/^--no-color\t.*\n:4\n$/)
  })

  it("is what the manifest for krew's index says", () => {
    const filled = text(`${root}.krew.yaml`)
      .replace(/\{\{ addURI.* \}\}/, 'sha256: 0')
      .replaceAll(/\{\{.*\}\}/g, 'v0')
    const { metadata, spec } = load(filled) as KrewPlugin
    expect(Object.keys(manifest().bin)).to.include(`kubectl-${metadata.name.replaceAll('-', '_')}`)
    const [platform, ...others] = spec.platforms
    expect(others).to.deep.equal([])
    // npm packs into a folder of this name
    expect(files.map((file) => `package/${file}`)).to.include(platform?.bin)
    expect(spec.caveats).to.include(manifest().engines.node.replace('>=', ''))
    expect(spec.shortDescription.length).to.be.lessThan(60)
    expect(filled).to.not.include('://')
  })

  it('has what it needs to run, its schemas, and nothing else', () => {
    const folders = files.map((file) => file.replace(/[^/]*$/, ''))
    expect([...new Set(folders)].sort()).to.deep.equal([
      '',
      'bin/',
      'bin/completion/',
      'dist/',
      'dist/chunks/',
      'dist/commands/',
      'dist/commands/config/',
      'dist/commands/edit/',
      'dist/commands/explain/',
      'dist/commands/mode/',
      'dist/commands/rollout/',
      'dist/man/',
      'dist/schema/',
      'dist/seldom-used/',
    ])
    expect(files.filter((file) => !file.startsWith('dist/')).sort()).to.deep.equal([
      'LICENSE',
      'README.md',
      'bin/completion/kpx.bash',
      'bin/completion/kpx.fish',
      'bin/completion/kpx.zsh',
      'bin/run.js',
      'oclif.manifest.json',
      'package.json',
    ])
  })

  it('tells no folder of the machine that built it', () => {
    for (const file of files) {
      const told = /\/(?:home|Users|tmp|work)\/[^"'\s]*/.exec(text(installed(file)))?.[0]
      expect(told, file).to.equal(undefined)
      expect(text(installed(file)).includes(root), file).to.equal(false)
    }
  })

  it('carries the licence of each package that it bundles', () => {
    const scripts = files.filter((file) => /\.c?js$/.test(file)).map((file) => text(installed(file)))
    // esbuild heads every bundled file with its path
    const paths = scripts.flatMap((script) =>
      Array.from(script.matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm), ([, name = '']) => name),
    )
    const notices = text(installed('dist/NOTICES'))
      .split(`\n${'-'.repeat(80)}\n`)
      .slice(1)
    // the Unlicense asks for nothing, and its packages may have no text of it
    const licence = /^(\S+) \d\S* \((?:Unlicense\)|.+\)\n\n[^]*copyright)/i
    const named = notices.map((notice) => licence.exec(notice)?.[1] ?? notice)
    expect(named).to.deep.equal([...new Set(paths)].sort())
    expect(named).to.include.members(['@oclif/core', 'chalk', 'js-yaml', 'tar-stream'])
  })
})
