/** Every command where there is little: another locale, no colour, no stdin, a narrow terminal. Needs `npm run build`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { printed as printedOf, tooLong, unread } from './environment.ts'
import type { Printed } from './environment.ts'
import { capture, everyCommand } from './every-command.ts'

const printed = (argv: readonly string[], env: NodeJS.ProcessEnv, run?: string): Promise<Printed> =>
  printedOf([...argv, '--from', capture], env, run)

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
      const [plain, same, narrow, none, alone] = await Promise.all([
        ...[{}, { ...poor, COLUMNS: 'many' }, { COLUMNS: '40' }, { COLUMNS: '1' }].map((env) => printed(argv, env)),
        printed(argv, {}, unread),
      ])
      expect(plain).to.include({ stderr: '', exit: 0 })
      expect(plain?.stdout).to.match(/^[ -~\n]+$/)
      expect(same).to.deep.equal(plain)
      for (const answer of [narrow, none, alone]) expect(answer).to.include({ stderr: '', exit: 0 })
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
