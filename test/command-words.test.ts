/** A command line as words and back: what /bin/sh makes of it is what kpx makes of it. */
import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { quoted, splitWords } from '../src/command-words.ts'

/** The words that a shell passes to a program, each with a NUL behind it. */
const byShell = (line: string): string[] =>
  spawnSync('/bin/sh', ['-c', `printf '%s\\0' x ${line}`], { encoding: 'utf8' })
    .stdout.split('\0')
    .slice(1, -1)

describe('the words of a command line', () => {
  it('are those of a shell', () => {
    for (const line of [
      'ssh {node} sudo',
      '  a \'b c\'  "d e"f ',
      'a\\ b "c\\"d\\e" \'e\\f\' \\\\',
      `ssh -o 'ProxyCommand=nc -x "proxy" %h %p' host`,
      "'' \"\" a''b",
    ]) {
      expect(splitWords(line), line).to.deep.equal(byShell(line))
    }
  })

  it('are none where a quote is open', () => {
    for (const line of ["a 'b", 'a "b', 'a "b\\"']) expect(splitWords(line)).to.equal(undefined)
  })

  it('are read back by a shell as they were', () => {
    const characters = 'aZ0\'"\\$`!*?;&|<>(){}[]#~^= \t\n-/'.split('')
    const word = fc.string({ unit: fc.constantFrom(...characters) })
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const line = words.map(quoted).join(' ')
        expect(byShell(line)).to.deep.equal(words)
        expect(splitWords(line)).to.deep.equal(words)
      }),
      { numRuns: 20 },
    )
  })
})
