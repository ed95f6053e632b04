/** iproute2's JSON: one array of objects. A file that is no JSON is unknown as a whole. */
import { LineLog, forEachLine } from './lines.ts'
import type { LineReport, SourceFile } from './source.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** `read` makes the value, says why it cannot, or leaves an object out. */
export function decodeJson<T extends object>(
  source: SourceFile,
  read: (item: JsonObject) => T | string | undefined,
): { items: T[]; report: () => LineReport } {
  const parsed = parse(source.text)
  const items: T[] = []
  const whys: string[] = typeof parsed === 'string' ? [parsed] : []
  for (const item of typeof parsed === 'string' ? [] : parsed) {
    const value = read(item)
    if (typeof value === 'string') whys.push(value)
    else if (value) items.push(value)
  }
  return { items, report: () => report(source, typeof parsed === 'string', whys) }
}

function parse(printed: string): JsonObject[] | string {
  const text = printed.trim()
  // Older versions of ip print nothing where newer ones print [].
  if (text === '') return []
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? objectsOf(value) : 'not an array of objects'
  } catch {
    return 'not JSON, or cut'
  }
}

/**
 * Lines mean little in JSON, which ip prints in one: what cannot be read inside of it makes the first line unknown and
 * names the first of its reasons.
 */
function report(source: SourceFile, nothingRead: boolean, whys: readonly string[]): LineReport {
  const log = new LineLog(source)
  const [first] = whys
  const more = whys.length > 1 ? ` (and ${whys.length - 1} more)` : ''
  log.lines = forEachLine(source.text, (start, end, line) => {
    if (first !== undefined && (nothingRead || line === 1)) log.unknown(line, start, end, first + more)
  })
  return log.report()
}

/** The objects of an array; anything else is none. */
export const objectsOf = (value: unknown): JsonObject[] =>
  Array.isArray(value) ? value.filter((item): item is JsonObject => typeof item === 'object' && item !== null) : []

/** Text as it is, numbers as text (iproute2 prints a table without name as a number). */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value : undefined
}
