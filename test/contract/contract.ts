/** What others rely on, a line each: commands with their arguments and flags, codes, and the fields of the documents. */
import { readFileSync } from 'node:fs'
import type { Command } from '@oclif/core'
import { catalogue } from '../../src/codes.ts'
import { root } from '../kpx.ts'
import { isObject, schemas } from '../schema/schemas.ts'
import type { Json } from '../schema/schemas.ts'

interface Manifest {
  readonly commands: Readonly<Record<string, Command.Cached>>
}

/** As the built package has them: needs `npm run build`. */
export function commandLines(): string[] {
  const { commands } = JSON.parse(readFileSync(`${root}oclif.manifest.json`, 'utf8')) as Manifest
  return Object.values(commands)
    .filter(({ hidden }) => !hidden)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .flatMap(({ args, flags, id, strict }) => {
      const name = ['kpx', ...id.split(':')].join(' ')
      const usage = [name, ...Object.values(args).map(argument), ...(strict === false ? ['...'] : [])]
      const given = Object.values(flags).map(flag)
      return [usage.join(' '), ...given.toSorted().map((text) => `${name} ${text}`)]
    })
}

const argument = ({ name, options, required }: Command.Cached['args'][string]): string => {
  const shown = options?.join('|') ?? name.toUpperCase()
  return required === true ? shown : `[${shown}]`
}

function flag(one: Command.Cached['flags'][string]): string {
  const name = `--${one.name}${one.char === undefined ? '' : `, -${one.char}`}`
  if (one.type === 'boolean') return name
  const value = one.options?.join('|') ?? one.helpValue ?? 'VALUE'
  const standard = one.default === undefined ? '' : ` (${String(one.default)})`
  return `${name} ${String(value)}${one.multiple === true ? '...' : ''}${one.required === true ? ' required' : ''}${standard}`
}

export const codeLines = (): string[] =>
  catalogue.map(
    (entry) => `${entry.code} ${entry.level}${'exit' in entry ? ` exit ${entry.exit}` : ''}: ${entry.title}`,
  )

/** Every field of every kind with its type; `?` where it may be left out. */
export const fieldLines = (): string[] =>
  [...schemas.values()].flatMap((schema) => fields(schema, schema.$defs, schema.title, []))

/** `within`: the shared definitions that it is a part of, for they may contain themselves. */
function fields(schema: Json, shared: Json, name: string, within: readonly unknown[]): string[] {
  const { $ref, anyOf, items, properties, required } = resolved(schema, shared)
  if ($ref !== undefined && within.includes($ref)) return []
  const inside = $ref === undefined ? within : [...within, $ref]
  const parts = Array.isArray(anyOf) ? anyOf.filter(isObject) : []
  const needed = Array.isArray(required) ? required : []
  return [
    ...parts.flatMap((part) => fields(part, shared, name, inside)),
    ...(isObject(items) ? fields(items, shared, `${name}[]`, inside) : []),
    ...Object.entries(isObject(properties) ? properties : {}).flatMap(([key, field]) => {
      if (!isObject(field)) return []
      const path = `${name}.${key}`
      return [
        `${path}${needed.includes(key) ? '' : '?'}: ${typeOf(field, shared)}`,
        ...fields(field, shared, path, inside),
      ]
    }),
  ]
}

/** With what it refers to. */
function resolved(schema: Json, shared: Json): Json {
  const { $ref } = schema
  const definition = typeof $ref === 'string' ? shared[$ref.replace('#/$defs/', '')] : undefined
  return isObject(definition) ? { ...definition, ...schema } : schema
}

function typeOf(schema: Json, shared: Json): string {
  const { anyOf, const: one, enum: several, items, type } = resolved(schema, shared)
  if (one !== undefined) return JSON.stringify(one)
  if (Array.isArray(several)) return several.map((value) => JSON.stringify(value)).join('|')
  if (Array.isArray(anyOf))
    return anyOf
      .filter(isObject)
      .map((part) => typeOf(part, shared))
      .join('|')
  const types = Array.isArray(type) ? type : [type ?? 'any']
  const list = isObject(items) ? typeOf(items, shared) : 'any'
  return types.map((kind) => (kind === 'array' ? `(${list})[]` : String(kind))).join('|')
}
