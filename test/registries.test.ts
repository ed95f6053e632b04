/** Lists that must stay complete and small. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { catalogue, entryOf } from '../src/codes.ts'
import { decodedNames, isDecoded } from '../src/decode/index.ts'
import { KpxError } from '../src/error.ts'
import { matches } from '../src/evaluate/match/index.ts'
import { targets } from '../src/evaluate/target/index.ts'
import { captures, root } from './kpx.ts'

const commandLines = 60

function typescript(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.ts')).map((file) => join(folder, file))
}

describe('codes', () => {
  const codes = catalogue.map((entry): string => entry.code)

  it('are unique and sorted', () => {
    expect(codes).to.deep.equal([...new Set(codes)].sort())
  })

  it('belong to one of the five families', () => {
    expect(codes.filter((code) => !/^KPX[1-5]\d{3}$/.test(code))).to.deep.equal([])
  })

  it('say why and what to do next', () => {
    for (const { title, why, fix } of catalogue) {
      expect(title).to.match(/^[^A-Z].*[^.]$/)
      expect(why).to.match(/^[A-Z].*\.$/)
      expect(fix).to.match(/^[^A-Z].*[^.]$/)
    }
  })

  it('are all thrown or reported somewhere', () => {
    const sources = [...typescript('src'), ...typescript('commands')].filter(
      (file) => !/^src\/[\w-]*codes\.ts$/.test(file),
    )
    const text = sources.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
    expect(codes.filter((code) => !text.includes(code))).to.deep.equal([])
  })

  it('decide fix and exit code of an error that names none', () => {
    const blind = new KpxError('KPX1006', 'nothing to read on node1')
    expect(blind).to.include({ exit: 3, fix: entryOf('KPX1006').fix })
    expect(new KpxError('KPX1005', 'no such pod', { fix: 'look again', exit: 3 })).to.include({
      exit: 3,
      fix: 'look again',
    })
    expect(new KpxError('KPX1005', 'no such pod').exit).to.equal(2)
  })
})

describe('commands', () => {
  for (const file of typescript('commands')) {
    it(`${file} has at most ${commandLines} lines`, () => {
      expect(readFileSync(join(root, file), 'utf8').trimEnd().split('\n').length).to.be.at.most(commandLines)
    })
  }
})

describe('extensions', () => {
  for (const [folder, registry] of [
    ['match', matches],
    ['target', targets],
  ] as const) {
    it(`every file of src/evaluate/${folder} is listed`, () => {
      const index = readFileSync(join(root, 'src/evaluate', folder, 'index.ts'), 'utf8')
      const files = readdirSync(join(root, 'src/evaluate', folder)).filter(
        (file) => !['extension.ts', 'index.ts'].includes(file),
      )
      expect(files.filter((file) => !index.includes(`from './${file}'`))).to.deep.equal([])
    })

    it(`${folder} lists its extensions sorted, and no name twice`, () => {
      const index = readFileSync(join(root, 'src/evaluate', folder, 'index.ts'), 'utf8')
      const listed = /const extensions[^[]*\[\]? = \[([^\]]*)\]/.exec(index)?.[1]?.match(/\w+/g) ?? []
      expect(listed).to.deep.equal([...listed].sort())
      const names = new Set([...registry.values()].flatMap((extension) => extension.names))
      expect(registry.size).to.equal(names.size)
      expect(listed.length).to.be.greaterThan(5)
    })
  }
})

describe('decoders', () => {
  it('are sorted, and every kind of file with rules in the recordings has one', () => {
    expect(decodedNames).to.deep.equal([...decodedNames].sort())
    const files = readdirSync(captures, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('nodes/'))
    const rules = files.filter((file) => /save|ruleset|ip_vs|route|addr|sysctl/.test(file) && /\.\w+$/.test(file))
    expect(rules.length).to.be.greaterThan(50)
    expect(rules.filter((file) => !isDecoded(file))).to.deep.equal([])
  })
})
