/** The built kpx as its users run it. Needs `npm run build`. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { captures, kpx, kpxProcess, root } from '../kpx.ts'
import type { Ran } from '../kpx.ts'

describe('bin/run.js', () => {
  it('knows its version and its help', async () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }
    expect((await kpxProcess('--version')).stdout).to.match(new RegExp(`^kpx/${version} `))
    const help = await kpxProcess('--help')
    expect(help.stdout).to.contain('$ kpx [COMMAND]')
    expect(help.exit).to.equal(0)
    expect((await kpxProcess('-h')).stdout).to.equal(help.stdout)
  })

  it('says which Node it needs where it is too old', () => {
    const old = 'data:text/javascript,process.getBuiltinModule=undefined'
    const { status, stderr } = spawnSync(process.execPath, ['--import', old, `${root}bin/run.js`, 'services'])
    expect(stderr.toString()).to.match(/^Error: kpx needs Node 20\.19 or newer, and this is v\S+\n {2}fix: .*\n$/)
    expect(status).to.equal(2)
  })

  it('needs no user that has a name, a home and a shell', () => {
    const nobody = `import os from 'node:os'
      os.userInfo = () => { throw new Error('no such user') }
      os.homedir = () => process.env.HOME ?? os.userInfo()`
    const before = `data:text/javascript,${encodeURIComponent(nobody)}`
    const words = [`${root}bin/run.js`, 'services', '--from', `${captures}/k1.37-iptables`]
    const env = { PATH: process.env['PATH'] }
    const { status, stderr } = spawnSync(process.execPath, ['--import', before, ...words], {
      env,
    })
    expect({ status, stderr: stderr.toString() }).to.deep.equal({ status: 0, stderr: '' })
  })

  it('answers an unknown command with exit 2, as from its sources', async () => {
    const built = await kpxProcess('explain', 'nothing-like-this', '-o', 'json')
    expect(JSON.parse(built.stdout)).to.include({ kind: 'Error', code: 'KPX1001', exit: 2 })
    expect(built.exit).to.equal(2)
    expect(await kpx('explain', 'nothing-like-this', '-o', 'json')).to.deep.equal(built)
  })

  it('reads an archive as it reads the folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kpx-run-'))
    try {
      const archive = join(folder, 'k1.37-ipvs.tar.gz')
      execFileSync('tar', ['-czf', archive, '-C', captures, 'k1.37-ipvs'])
      const ran = await kpxProcess('services', '--from', archive)
      expect(ran).to.deep.equal(await kpxProcess('services', '--from', `${captures}/k1.37-ipvs`))
      expect(ran.exit).to.equal(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('writes an archive that answers as what it was made of', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kpx-run-'))
    try {
      const [archive, recording] = [join(folder, 'taken.tar.gz'), `${captures}/k1.37-ipvs`]
      expect(await kpxProcess('capture', archive, '--from', recording)).to.include({ stderr: '', exit: 0 })
      const ran = await kpxProcess('services', '--from', archive)
      expect(ran).to.deep.equal(await kpxProcess('services', '--from', recording))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('ends quietly when nobody reads its answer', () => {
    const script = '{ "$0" "$1" --help; echo "exit $?" >&2; } 2>&1 1>&3 3>&- | cat'
    const stderr = execFileSync('sh', ['-c', `exec 3>&1; ${script}`, process.execPath, `${root}bin/run.js`])
    expect(stderr.toString()).to.contain('exit 0')
  })

  describe('with streams that fail', () => {
    const capture = `${root}test/captures/k1.37-ipvs`
    const run = `${process.execPath} ${root}bin/run.js`

    /** A line of shell, its exit code, and what it writes to the shell's own stdout and stderr. */
    async function shell(line: string): Promise<Ran> {
      const child = spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'] })
      const ended = once(child, 'close') as Promise<[number | null]>
      const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
      return { stdout, stderr, exit: exit ?? 128 }
    }

    it('says that the disk is full, whatever it was to write', async () => {
      for (const words of [
        `services --from ${capture}`,
        `services --from ${capture} -o json`,
        '--help',
        'nope -o json',
      ]) {
        const { exit, stderr } = await shell(`${run} ${words} > /dev/full`)
        expect(stderr, words).to.match(/^Error: the answer cannot be written: ENOSPC: .* \(KPX1010\)\n {2}fix: .*\n$/)
        expect(exit, words).to.equal(2)
      }
    })

    it('keeps its exit code where nobody takes its answer, or its error', async () => {
      const answer = `${run} services --from ${capture}`
      const error = `${run} decode /nowhere`
      for (const [line, exit] of [
        [`${answer} | head -n 1; exit \${PIPESTATUS[0]}`, 0],
        [`${answer} -o json | true; exit \${PIPESTATUS[0]}`, 0],
        [`${answer} >&-`, 0],
        [`${answer} <&- >&- 2>&-`, 0],
        [`${error} 2>&1 | true; exit \${PIPESTATUS[0]}`, 2],
        [`${error} 2> /dev/full`, 2],
        [`${error} 2>&-`, 2],
        [`${error} -o json >&-`, 2],
      ] as const) {
        const ran = await shell(line)
        expect({ stderr: ran.stderr, exit: ran.exit }, line).to.deep.equal({ stderr: '', exit })
      }
    })

    it('takes a closed stdin for an empty one, and waits for a slow one', async () => {
      const { exit, stderr } = await shell(`${run} decode - <&-`)
      expect({ empty: stderr.startsWith('Error: standard input is empty (KPX1008)'), exit }).to.deep.equal({
        empty: true,
        exit: 2,
      })
      expect((await shell(`${run} trace --flows - --from ${capture} <&-`)).exit).to.equal(2)
      const slow = await shell(`(sleep 0.3; cat ${capture}/nodes/node3/iptables-save.txt) | ${run} decode -`)
      expect({ stderr: slow.stderr, exit: slow.exit }).to.deep.equal({ stderr: '', exit: 0 })
    })
  })
})
