/** The recipes for CI systems, run as those run them. Needs `npm run build`. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { root } from './kpx.ts'
import { parseXml } from './view/xml.ts'

const recipes = join(root, '.recipes')
const recipe = (name: string): unknown => load(readFileSync(join(recipes, name), 'utf8'))

const examples = `${root}test/config/examples`
const wrong = `${examples}/config-map.yaml --kubernetes 1.34`
const fine = '--from test/captures/k1.37-iptables'

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly runs: {
    readonly steps: readonly {
      readonly run: string
      readonly env?: Readonly<Record<string, string>>
      readonly 'working-directory'?: string
    }[]
  }
}

interface Job {
  readonly variables: Readonly<Record<string, string>>
  readonly script: readonly string[]
}

describe('recipes', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-recipes-'))
    symlinkSync(join(root, 'test'), join(folder, 'test'))
    symlinkSync(join(root, 'bin/run.js'), join(folder, 'kpx'))
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  /** As a job of a CI system runs its lines. */
  const ran = (lines: readonly string[], env: Readonly<Record<string, string>>) => {
    const { status, stderr, stdout } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', lines.join('\n')],
      {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: `${folder}:${process.env['PATH']}`, ...env },
      },
    )
    return { exit: status, stdout, stderr }
  }

  const text = (name: string): string => readFileSync(join(folder, name), 'utf8')

  describe('of GitHub', () => {
    const { inputs, runs } = recipe('github/action.yml') as Action

    /** The step that asks kpx, as GitHub has filled in what it was given. */
    function asked(given: Readonly<Record<string, string>>) {
      const { env = {}, run = '' } = runs.steps.at(-1) ?? {}
      const value = (written: string): string =>
        written.replaceAll(
          /\$\{\{ inputs\.(\w+) \}\}/g,
          (_, name: string) => given[name] ?? inputs[name]?.default ?? '',
        )
      return ran([run], {
        ...Object.fromEntries(Object.entries(env).map(([name, written]) => [name, value(written)])),
        GITHUB_ACTION_PATH: join(recipes, 'github'),
        GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      })
    }

    it('annotates manifests, writes SARIF and a summary, and fails', () => {
      const { exit, stdout } = asked({ arguments: wrong })
      expect(stdout).to.match(/^::error file=.*config-map\.yaml,line=10,/m)
      expect(JSON.parse(text('kpx.sarif'))).to.have.nested.property('runs[0].results')
      expect(text('summary.md')).to.include('KPX2101')
      expect(exit).to.equal(1)
    })

    it('passes where all is in order, for every command', () => {
      for (const command of ['preflight', 'verify', 'mode check nftables']) {
        const { exit, stdout, stderr } = asked({ command, arguments: fine, sarif: 'other.sarif' })
        expect({ exit, stderr }, stdout).to.deep.equal({ exit: 0, stderr: '' })
      }
      expect(existsSync(join(folder, 'other.sarif'))).to.equal(true)
    })

    it('runs nothing that stands in its arguments', () => {
      asked({ arguments: '$(touch here) `touch here`; touch here' })
      expect(existsSync(join(folder, 'here'))).to.equal(false)
    })

    it('builds kpx where it is', () => {
      const step = runs.steps[0]
      const where = (step?.['working-directory'] ?? '').replace('${{ github.action_path }}', join(recipes, 'github'))
      expect(join(where, '/')).to.equal(root)
      const { scripts } = JSON.parse(readFileSync(join(where, 'package.json'), 'utf8')) as { scripts: object }
      const called = Array.from((step?.run ?? '').matchAll(/npm run ([\w:]+)/g), ([, script = '']) => script)
      expect(called).to.deep.equal(['build'])
      expect(scripts).to.include.keys(called)
      expect(step?.run).to.match(/^npm ci --include=dev .*&& npm run build$/)
    })
  })

  describe('of GitLab', () => {
    const { kpx } = recipe('gitlab.yml') as { readonly kpx: Job }

    it('writes reports, and fails where the answer is no', () => {
      const no = ran(kpx.script, { ...kpx.variables, KPX_ARGUMENTS: wrong })
      expect([no.exit, no.stderr]).to.deep.equal([1, ''])
      expect(parseXml(text('kpx.xml')).name).to.equal('testsuites')
      expect(text('kpx.md')).to.include('KPX2101')
      expect(ran(kpx.script, { ...kpx.variables, KPX_ARGUMENTS: fine }).exit).to.equal(0)
    })
  })

  describe('of an image', () => {
    it('takes all files of the package, and no others', () => {
      const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { files: string[] }
      const lines = readFileSync(join(recipes, 'Containerfile'), 'utf8').split('\n')
      const copied = lines
        .filter((line) => line.startsWith('COPY --from=build '))
        .flatMap((line) => line.split(' ').slice(2, -1))
      expect(copied.sort()).to.deep.equal([...files, 'package.json'].map((file) => `/kpx/${file}`).sort())
    })
  })
})
