/** The schemas as files of the package. Needs `npm run build`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { root } from '../kpx.ts'
import { placesIn } from './places.ts'
import { faults, isObject, schemas } from './schemas.ts'
import type { Json } from './schemas.ts'

const folder = join(root, 'src/schema')
const source = (file: string): Json => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json
const shared = source('definitions.json')['$defs'] as Json

/** The kinds that the sources give to documents. */
function writtenKinds(): string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => file.endsWith('.ts'))
  const text = sources.map((file) => readFileSync(join(root, 'src', file), 'utf8')).join('\n')
  const written = text.matchAll(
    /(?:\b(?:d|offlineD)ocument[A-Z]\w*\(\s*|\b(?:Offline)?Document<|apiVersion: 'kpx\/v1',\s*kind: )'(\w+)'/g,
  )
  return [...new Set([...written].map(([, kind = '']) => kind))]
}

describe('published schemas', () => {
  it('are those of src/schema, each with the shared definitions that it uses', () => {
    const files = readdirSync(folder).filter((file) => file !== 'definitions.json')
    expect([...schemas.keys()].sort()).to.deep.equal(files.sort())
    const used: Record<string, unknown> = {}
    for (const [file, { $defs, ...own }] of schemas) {
      expect(own, `${file} is not built`).to.deep.equal(source(file))
      Object.assign(used, $defs)
    }
    expect(used, 'shared definitions').to.deep.equal(shared)
  })

  it('are named for the kind that they describe', () => {
    for (const [file, schema] of schemas) {
      const { title } = schema
      expect(file).to.equal(`${title.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.json`)
      expect(schema).to.include({ $schema: 'https://json-schema.org/draft/2020-12/schema', $id: `urn:kpx:v1:${title}` })
      expect(schema).to.have.nested.property('properties.kind.const', title)
    }
  })

  it('compile under a strict validator, and refuse what is nothing but a kind', () => {
    for (const { title } of schemas.values()) expect(faults({ kind: title })).to.have.length.greaterThan(0)
  })

  it('describe every field', () => {
    for (const [file, schema] of schemas) {
      const groups = placesIn(schema).filter(({ name }) => /(?:^|\.)properties$/.test(name))
      const fields = groups.flatMap(({ value }) => Object.entries(value as Record<string, Json>))
      expect(
        fields.filter(([, field]) => !isDescribed(field)).map(([name]) => name),
        file,
      ).to.deep.equal([])
      expect(fields.length, file).to.be.greaterThan(5)
    }
  })

  it('are there for every kind that kpx gives to a document', () => {
    const kinds = writtenKinds()
    expect(kinds).to.include.members([
      'CodeList',
      'Error',
      'RulesetSummary',
      'ServiceExplanation',
      'ServiceList',
      'TraceList',
    ])
    const described = [...schemas.values()].map(({ title }) => title)
    expect(kinds.filter((kind) => !described.includes(kind))).to.deep.equal([])
  })
})

/** Here, or where it refers to. */
function isDescribed({ $ref, description }: Json): boolean {
  const definition = typeof $ref === 'string' ? shared[$ref.replace('#/$defs/', '')] : undefined
  return [description, isObject(definition) && definition['description']].some((text) => typeof text === 'string')
}
