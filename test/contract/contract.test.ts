/**
 * What others rely on changes only on purpose: `UPDATE_GOLDEN=1` writes the lists anew. Within v1 of the documents fields are added, never
 * taken away; codes never change their meaning; both are told in CHANGELOG.md.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'chai'
import { root } from '../kpx.ts'
import { codeLines, commandLines, fieldLines } from './contract.ts'

const lists = { commands: commandLines, codes: codeLines, fields: fieldLines }

describe('the contract', () => {
  for (const [name, linesOf] of Object.entries(lists)) {
    it(`holds for ${name}: a change of it is told in CHANGELOG.md`, () => {
      const file = `${root}test/contract/${name}.txt`
      const lines = linesOf()
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${lines.join('\n')}\n`)
      const agreed = readFileSync(file, 'utf8').trimEnd().split('\n')
      expect({
        gone: agreed.filter((line) => !lines.includes(line)),
        added: lines.filter((line) => !agreed.includes(line)),
      }).to.deep.equal({ gone: [], added: [] })
    })
  }

  it('has its changes told for the version that the package has', () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string }
    expect(readFileSync(`${root}CHANGELOG.md`, 'utf8')).to.match(
      new RegExp(`^## ${version.replaceAll('.', '\\.')}\\b`, 'm'),
    )
  })
})
