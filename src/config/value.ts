/** Values of fields after they were decoded. */
import { formatDuration } from './duration.ts'

export interface VModuleItem {
  readonly filePattern: string
  readonly verbosity: number
}

/** Durations are nanoseconds (bigint); quantities are bytes in canonical text. */
export type Value =
  ReadonlyMap<string, boolean> | bigint | boolean | number | string | readonly string[] | readonly VModuleItem[]

/** A text as it is; empty for everything else. */
export const asText = (value: Value | undefined): string => (typeof value === 'string' ? value : '')

/** The texts of a list; empty for everything else. */
export const asList = (value: Value | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []

/** On one line, for people: `[a, b]`, `A=true,B=false`, `pattern=4`. */
export function lineOf(value: Value): string {
  if (typeof value === 'bigint') return formatDuration(value)
  if (typeof value !== 'object') return String(value)
  if (value instanceof Map) return [...(value as ReadonlyMap<string, boolean>)].map(([k, v]) => `${k}=${v}`).join(',')
  const items = value as readonly (string | VModuleItem)[]
  const words = items.map((item) => (typeof item === 'string' ? item : `${item.filePattern}=${item.verbosity}`))
  return `[${words.join(', ')}]`
}
