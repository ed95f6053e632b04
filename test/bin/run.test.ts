/** The built kpx as its users run it. Needs `npm run build`. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { kpx, kpxProcess, root } from '../kpx.ts'

describe('bin/run.js', () => {
  it('knows its version and its help', async () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }
    expect((await kpxProcess('--version')).stdout).to.match(new RegExp(`^kpx/${version} `))
    const help = await kpxProcess('--help')
    expect(help.stdout).to.contain('$ kpx [COMMAND]')
    expect(help.exit).to.equal(0)
    expect((await kpxProcess('-h')).stdout).to.equal(help.stdout)
  })

  it('answers an unknown command with exit 2, as from its sources', async () => {
    const built = await kpxProcess('explain', 'nothing-like-this', '-o', 'json')
    expect(JSON.parse(built.stdout)).to.include({ kind: 'Error', code: 'KPX1001', exit: 2 })
    expect(built.exit).to.equal(2)
    expect(await kpx('explain', 'nothing-like-this', '-o', 'json')).to.deep.equal(built)
  })

  it('ends quietly when nobody reads its answer', () => {
    const script = '{ "$0" "$1" --help; echo "exit $?" >&2; } 2>&1 1>&3 3>&- | cat'
    const stderr = execFileSync('sh', ['-c', `exec 3>&1; ${script}`, process.execPath, `${root}bin/run.js`])
    expect(stderr.toString()).to.contain('exit 0')
  })

  it('carries the licences of what it bundles', () => {
    const notices = readFileSync(`${root}dist/NOTICES`, 'utf8')
    for (const name of ['@oclif/core', 'chalk', 'js-yaml', 'tar-stream']) {
      expect(notices).to.match(new RegExp(`^${name} \\d`, 'm'))
    }
  })

  it('has no dependencies to install', () => {
    const { dependencies = {} } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { dependencies?: object }
    expect(dependencies).to.deep.equal({})
  })
})
