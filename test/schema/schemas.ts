/** The schemas as they are published, and what they say of documents. Needs `npm run build`. */
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { root } from '../kpx.ts'

export type Json = Readonly<Record<string, unknown>>

interface Schema extends Json {
  readonly $id: string
  readonly title: string
  readonly $defs: Json
}

export interface Document extends Json {
  readonly kind: string
}

const published = createRequire(import.meta.url)

const folder = `${root}dist/schema`

/** By file name; none before the build. */
export const schemas: ReadonlyMap<string, Schema> = new Map(
  (existsSync(folder) ? readdirSync(folder) : []).map((file) => [file, published(`kpx/schema/${file}`) as Schema]),
)

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A schema that allows no field but those that it describes. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (!isObject(schema)) return schema
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return 'properties' in inner ? { ...inner, additionalProperties: false } : inner
}

/** `kind` is what the document should be. */
type Complain = (document: Document, kind?: string) => string[]

function complainer(of: (schema: Schema) => unknown): Complain {
  const ajv = new Ajv2020({ allErrors: true, strict: true })
  return (document, kind = document.kind) => {
    const schema = [...schemas.values()].find(({ title }) => title === kind)
    if (!schema) return [`dist/schema has no schema of ${kind}`]
    const validate = ajv.getSchema(schema.$id) ?? ajv.compile(of(schema) as Schema)
    void validate(document)
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}

/** What is wrong with a document by its kind's schema. */
export const faults: Complain = complainer((schema) => schema)

/** What is wrong with it, fields included that the schema does not describe. */
export const undescribed: Complain = complainer(closed)
