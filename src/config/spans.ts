/** Whether something is there in a release. */
import type { Field, Span } from './field.ts'
import { fields } from './fields/index.ts'
import { minorOf } from '../version.ts'

export const isIn = ({ since, until }: Span, minor: number): boolean =>
  (since === undefined || (minorOf(since) ?? 0) <= minor) && (until === undefined || minor <= (minorOf(until) ?? 0))

/** The fields of one release. */
export function fieldsOf(minor: number): readonly Field[] {
  let found = byMinor.get(minor)
  if (!found) {
    found = fields.filter((field) => isIn(field, minor))
    byMinor.set(minor, found)
  }
  return found
}

const byMinor = new Map<number, readonly Field[]>()
