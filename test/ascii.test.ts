/** What kpx says can be read everywhere: its own words are ASCII. Names and comments of a cluster are repeated as they are. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { root } from './kpx.ts'

const sources = ['src', 'commands'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file)),
)

describe('the words of kpx', () => {
  it('are ASCII', () => {
    const lines = sources.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, (comment) => '\n'.repeat(comment.split('\n').length - 1))
        .split('\n')
        .map((line, i) => `${file}:${i + 1}: ${line.trim()}`),
    )
    expect(lines.length).to.be.greaterThan(10_000)
    expect(lines.filter((line) => /[^\p{ASCII}]/u.test(line))).to.deep.equal([])
  })
})
