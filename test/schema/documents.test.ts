/** What commands print, held to the schemas. Needs `npm run build`. */
import { expect } from 'chai'
import { captures, kpx } from '../kpx.ts'
import { contradictions } from './contradictions.ts'
import { examples, fieldAt, isRequired } from './examples.ts'
import { placesIn, without } from './places.ts'
import { documentsOf, documentsOfBrokenNode, documentsOfNone, documentsOfPlatforms, recordings } from './recorded.ts'
import { faults, schemas, undescribed } from './schemas.ts'
import type { Document } from './schemas.ts'

const capture = `${captures}/k1.37-ipvs`

const failures: readonly (readonly string[])[] = [
  ['trace', 'node/node3', '--from', capture],
  ['trace', 'node/node9', '10.0.0.1:80', '--from', capture],
  ['services', '--bogus', '--from', capture],
  ['services', '--from', `${captures}/nowhere`],
  ['services', '--from', `${capture}/nodes/node3`],
  ['explain', 'service', 'shop/wbe', '--from', capture],
  ['explain', 'nothing'],
  ['decode', `${captures}/README.md`],
  ['decode'],
]

describe('documents', () => {
  const documents = new Map<string, readonly Document[]>()
  const sources = new Map([
    ...recordings.map((recording) => [recording, () => documentsOf(recording)] as const),
    ['a broken node', documentsOfBrokenNode],
    ['no recording', documentsOfNone],
    ['platforms', documentsOfPlatforms],
  ])

  for (const [subject, print] of sources) {
    before(`printing about ${subject}`, async () => {
      documents.set(subject, await print())
    })

    it(`about ${subject} are what the schemas say`, () => {
      const own = documents.get(subject) ?? []
      expect(own.length).to.be.greaterThan(3)
      expect(own.flatMap((document) => undescribed(document))).to.deep.equal([])
      expect(own.flatMap(contradictions)).to.deep.equal([])
    })
  }

  it('are of every kind that explain prints', () => {
    const printed = new Set([...documents.values()].flat().map(({ kind }) => kind))
    const kinds = [...schemas.values()]
      .map(({ title }) => title)
      .filter((title) => /Explanation$|^CodeList$/.test(title))
    expect([...printed]).to.include.members(kinds)
  })

  for (const argv of failures) {
    it(`of the failing kpx ${argv.join(' ').replaceAll(captures, '')} are what the schema says`, async () => {
      const { exit, stdout } = await kpx(...argv, '-o', 'json')
      const error = JSON.parse(stdout) as Document
      expect(undescribed(error)).to.deep.equal([])
      expect(error).to.include({ kind: 'Error', exit })
    })
  }

  it('show every verdict, findings and unknown lines', () => {
    const places = [...documents.values()].flat().flatMap((document) => placesIn(document))
    const verdicts = new Set(
      places.flatMap(({ name, value }) => (name.endsWith('.verdict') && name !== 'nodes[].verdict' ? [value] : [])),
    )
    expect([...verdicts]).to.have.members(['deliver', 'drop', 'forward', 'local', 'reject', 'unknown'])
    const names = new Set(places.map(({ name }) => name))
    expect([...names]).to.include.members(['findings[].evidence[].text', 'unknown[].why', 'seen.blind[].why'])
  })

  it('are wrong without any one of the required fields', () => {
    const fields = new Set(examples.flatMap((example) => placesIn(example).map((place) => fieldAt(example, place))))
    const tried = new Map<string, string[]>()
    for (const document of [...documents.values()].flat()) {
      for (const place of placesIn(document)) {
        const field = fieldAt(document, place)
        if (tried.has(field) || !fields.has(field) || !isRequired(field)) continue
        tried.set(field, faults(without(document, place.path), document.kind))
      }
    }
    expect([...tried].filter(([, wrong]) => wrong.length === 0)).to.deep.equal([])
    expect(tried.size).to.be.greaterThan(100)
  })
})
