/** Every command where there is little: another locale, no colour, no stdin, a narrow terminal. Needs `npm run build`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { capture, everyCommand } from './every-command.ts'
import { root } from './kpx.ts'

interface Printed {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number | null
}

/** Through a shell that closes stdin, with nothing of this process's environment but the path. */
async function printed(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Printed> {
  const words = [process.execPath, `${root}bin/run.js`, ...argv, '--from', capture]
  const child = spawn('sh', ['-c', 'exec "$@" <&-', 'sh', ...words], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close') as Promise<[number | null]>
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, exit }
}

/** Lines that are too long for the terminal and could have been broken; commands are copied, and stay whole. */
const tooLong = (stdout: string, width: number): string[] =>
  stdout
    .split('\n')
    .filter((line) => Array.from(line).length > width && line.trim().includes(' ') && !/^ {2}(?:kpx|curl) /.test(line))

describe('the environment', () => {
  for (const argv of everyCommand) {
    it(`changes nothing but the width of what kpx ${argv.join(' ')} says`, async () => {
      const poor = {
        LANG: 'xx_YY.latin1',
        LC_ALL: 'C',
        TERM: 'dumb',
        NO_COLOR: '1',
        FORCE_COLOR: '1',
        HOME: '/nowhere',
      }
      const [plain, same, narrow, none] = await Promise.all(
        [{}, { ...poor, COLUMNS: 'many' }, { COLUMNS: '40' }, { COLUMNS: '1' }].map((env) => printed(argv, env)),
      )
      expect(plain).to.include({ stderr: '', exit: 0 })
      expect(plain?.stdout).to.match(/^[ -~\n]+$/)
      expect(same).to.deep.equal(plain)
      for (const answer of [narrow, none]) expect(answer).to.include({ stderr: '', exit: 0 })
    })
  }

  it('brings no plugins along', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kpx-environment-'))
    try {
      mkdirSync(join(folder, 'kpx'))
      writeFileSync(join(folder, 'kpx/package.json'), 'no JSON')
      expect(await printed(['explain'], { XDG_DATA_HOME: folder })).to.include({ stderr: '', exit: 0 })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  // config show prints a file, whose lines stay whole
  for (const argv of [
    ...everyCommand.filter((words) => words.join(' ') !== 'config show'),
    ['explain', 'service', 'cart-local', '-n', 'shop'],
    ['explain', 'pod', 'shop/web-7f654fc787-bjdlw'],
    ['explain', 'code'],
    ['trace', 'outside', 'service/shop/dns'],
    ['trace', 'outside/node1', '203.0.113.10:80'],
  ]) {
    for (const width of ['40', '60', '80']) {
      it(`of ${width} columns is kept by kpx ${argv.join(' ')}`, async () => {
        const answers = await Promise.all(['table', 'wide'].map((o) => printed([...argv, '-o', o], { COLUMNS: width })))
        expect(answers.flatMap(({ stdout }) => tooLong(stdout, Number(width)))).to.deep.equal([])
      })
    }
  }
})
