/** The manual pages that the build makes. Needs `npm run build`. */
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { kpx, root } from '../kpx.ts'
import { needsProgram } from '../needs-program.ts'

interface Manifest {
  readonly commands: Readonly<
    Record<
      string,
      { readonly hidden?: boolean; readonly summary: string; readonly flags: Readonly<Record<string, object>> }
    >
  >
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'))

describe('manual pages', () => {
  const folder = join(root, 'dist/man')
  const files = readdirSync(folder)
  const { commands } = readJson('oclif.manifest.json') as Manifest
  const shown = Object.entries(commands).filter(([, { hidden }]) => hidden !== true)
  const fileOf = (id: string): string => `kpx-${id.replaceAll(':', '-')}.1`
  const page = (file: string): string => readFileSync(join(folder, file), 'utf8')
  /** What a reader sees of it, on one line. */
  const plain = (file: string): string =>
    page(file)
      .replaceAll(/\\f[BIR]/g, '')
      .replaceAll('\\-', '-')
      .replaceAll('\\(aq', "'")
      .replaceAll('\n', ' ')

  it('are one of each command, and one of them all, and npm installs them', () => {
    expect(files.sort()).to.deep.equal(['kpx.1', ...shown.map(([id]) => fileOf(id))].sort())
    const { man } = readJson('package.json') as { man: readonly string[] }
    expect(man).to.deep.equal(files.sort().map((file) => `dist/man/${file}`))
  })

  it('say what --help says', async () => {
    for (const [id, { flags, summary }] of shown) {
      const text = plain(fileOf(id))
      expect(text, id).to.include(`kpx-${id.replaceAll(':', '-')} - ${summary}`)
      for (const flag of Object.keys(flags)) expect(text, id).to.match(new RegExp(`--(?:\\[no-\\])?${flag}[ =]`))
      expect(plain('kpx.1'), id).to.include(`kpx ${id.replaceAll(':', ' ')} `)
    }
    const { stdout } = await kpx('trace', '--help')
    for (const [, flag = ''] of stdout.matchAll(/^ +(?:-\w, )? *(--[\w-]+)/gm))
      expect(plain('kpx-trace.1')).to.include(flag)
  })

  it('have the exit codes of the README, and no date, no template and nothing but ASCII', () => {
    for (const file of files) {
      const text = page(file)
      expect(text.match(/^\.SH EXIT STATUS\n(?:\.TP\n\\fB\d+\\fR\n.+\n){7}/m), file).to.not.equal(null)
      expect(text, file).to.match(/^\.TH "[A-Z\\-]+" 1 "" "kpx \d/m)
      expect(text, file).to.match(/^[\n -~]+$/)
      expect(text, file).to.not.include('<%')
    }
  })

  it('begin no line of text with a request', () => {
    const known = /^\.(?:\\"|TH|SH|TP|PP|nf|fi|RS 4|RE)/
    for (const file of files) {
      const wrong = page(file)
        .split('\n')
        .filter((line) => /^[.']/.test(line) && !known.test(line))
      expect(wrong, file).to.deep.equal([])
    }
  })

  it('are read by groff without a warning', function () {
    needsProgram(this, 'groff')
    const { stderr, stdout } = spawnSync('groff', ['-man', '-ww', '-z', ...files.map((file) => join(folder, file))])
    expect(stderr.toString() + stdout.toString()).to.equal('')
  })
})
