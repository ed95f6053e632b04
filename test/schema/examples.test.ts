/** Where the schemas say yes and where no, on documents with the fields that v1 promises. Needs `npm run build`. */
import { expect } from 'chai'
import { examples, fieldAt, isNullable, isRequired } from './examples.ts'
import { placesIn, replaced, without } from './places.ts'
import type { Place } from './places.ts'
import { faults, isObject, schemas, undescribed } from './schemas.ts'
import type { Document } from './schemas.ts'

/** A value of another type; whether null is one, `isNullable` knows. */
function wrong(value: unknown): unknown {
  if (Array.isArray(value)) return {}
  if (typeof value === 'object') return value === null ? true : []
  return typeof value === 'string' ? 7 : `${value as boolean | number}`
}

/** Fields whose texts are a list that v1 does not leave. */
const listed =
  /(?:^|\.)(?:apiVersion|verdict|reply|protocol|family|level|code|codes\[\]|group|needs|result|dryRun|as|way)$|^kind$|(?:frontends|items)\[\]\.kind$|^rollout\.state$/

/** By the field's name. */
const outOfRange: Readonly<Record<string, readonly number[]>> = {
  share: [-0.01, 1.01],
  port: [-1, 65536, 80.5],
  line: [0, 1.5],
  column: [0, 1.5],
  endColumn: [0, 1.5],
  of: [-1, 1.5],
  lines: [-1, 1.5],
  recognised: [-1, 1.5],
  ignored: [-1, 1.5],
  unknown: [-1, 1.5],
  rules: [-1, 1.5],
  sets: [-1, 1.5],
  virtualServers: [-1, 1.5],
  nodes: [-1, 1.5],
  services: [-1, 1.5],
  packets: [-1, 1.5],
  ports: [-1, 1.5],
  endpoints: [-1, 1.5],
  seconds: [-1],
  exit: [0, 256, 2.5],
}

/** Every field that a schema describes, wherever it does. */
const describedIn = (schema: unknown): Set<string> => {
  const groups = placesIn(schema).filter(({ name }) => /(?:^|\.)properties$/.test(name))
  return new Set(groups.flatMap(({ value }) => Object.keys(value as object)))
}

describe('schemas', () => {
  it('have an example each, with every field', () => {
    expect(examples.length).to.equal(schemas.size)
    for (const schema of schemas.values()) {
      const example = examples.find(({ kind }) => kind === schema.title)
      const fields = placesIn(example).map(({ path }) => path.at(-1))
      expect(fields).to.include.members([...describedIn(schema)])
    }
  })

  for (const example of examples) {
    const { kind } = example
    const places = placesIn(example)
    const field = (place: Place): string => fieldAt(example, place)
    /** The fields in which a change is not refused. */
    const allowed = (change: (place: Place) => Document, among = places): string[] =>
      among.filter((place) => faults(change(place), kind).length === 0).map(field)

    describe(kind, () => {
      it('allow the example, and describe all that is in it', () => {
        expect(undescribed(example)).to.deep.equal([])
      })

      it('allow more fields everywhere', () => {
        const objects = [[], ...places.flatMap(({ path, value }) => (isObject(value) ? [path] : []))]
        for (const path of objects) {
          const more = replaced(example, [...path, 'later'], 1)
          expect(faults(more), path.join('.')).to.deep.equal([])
          expect(undescribed(more), path.join('.')).to.have.length.greaterThan(0)
        }
      })

      it('require every field but the optional ones', () => {
        const fields = places.filter(({ path }) => typeof path.at(-1) === 'string')
        const optional = fields.map(field).filter((name) => !isRequired(name))
        expect(allowed(({ path }) => without(example, path), fields)).to.deep.equal(optional)
      })

      it('refuse values of another type, and null where it means nothing', () => {
        expect(allowed(({ path, value }) => replaced(example, path, wrong(value)))).to.deep.equal([])
        const nulls = places.filter((place) => place.value === null || isNullable(field(place)))
        expect(allowed(({ path }) => replaced(example, path, null))).to.deep.equal(nulls.map(field))
      })

      it('refuse texts and numbers that v1 does not have', () => {
        const texts = places.filter(({ name, value }) => listed.test(name) && value !== null)
        expect(allowed(({ path }) => replaced(example, path, 'what nobody wrote'), texts)).to.deep.equal([])
        for (const [name, numbers] of Object.entries(outOfRange)) {
          const own = places.filter(({ path, value }) => path.at(-1) === name && typeof value === 'number')
          const tooFar = numbers.flatMap((number) => allowed(({ path }) => replaced(example, path, number), own))
          expect(tooFar, name).to.deep.equal([])
        }
      })
    })
  }
})
