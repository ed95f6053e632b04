/** What JSON.parse gives, looked at carefully. */

export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** nft prints one of something bare and several as an array. */
export const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]

export const stringsOf = (value: unknown): string[] => asList(value).filter((entry) => typeof entry === 'string')

export const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

export const stringOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The only key of an object of libnftables and what it holds; the schema names a kind that way. */
export function kindOf(value: JsonObject): readonly [string, unknown] | undefined {
  const [entry, second] = Object.entries(value)
  return second ? undefined : entry
}

/** The JSON of a value again. */
export const stringify = (value: unknown): string => JSON.stringify(value) ?? ''

/** A number or a word as text; anything else is nothing. */
export const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined

/** The members that are defined: exactOptionalPropertyTypes makes `undefined` a value. */
export function defined<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}
