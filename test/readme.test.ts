/** The examples of the README, as a shell runs them in 100 columns. Needs `npm run build`. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { root } from './kpx.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = Array.from(readme.matchAll(/^```console\n([^]*?)```$/gm), ([, block = '']) => block)
/** A command, and all that it writes. A block may have several, of which later ones use what earlier ones wrote. */
const examples = blocks.flatMap((block) =>
  Array.from(block.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm), ([, command = '', output = '']) => ({
    command,
    output,
  })),
)

describe('README', () => {
  let folder = ''
  const { FORCE_COLOR: _force, ...env } = process.env

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-readme-'))
    mkdirSync(join(folder, 'bin'))
    symlinkSync(join(root, 'bin/run.js'), join(folder, 'bin/kpx'))
    symlinkSync(join(root, 'test'), join(folder, 'test'))
  })

  after(() => rmSync(folder, { recursive: true }))

  for (const { command, output } of examples) {
    it(`shows what this prints: ${command}`, () => {
      const { stdout } = spawnSync('bash', ['-c', `exec 2>&1; ${command}`], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...env, COLUMNS: '100', PATH: `${join(folder, 'bin')}:${env['PATH']}` },
      })
      expect(stdout).to.equal(output)
    })
  }

  it('has at least ten examples, and runs all that is marked as one', () => {
    expect(blocks.length).to.be.greaterThan(9)
    expect(blocks.join('').match(/^\$ /gm)).to.have.length(examples.length)
  })
})
