/** The error for an edit that might change something else, or for which there is no place. */
import { KpxError } from '../../error.ts'
import { placesOf } from '../place.ts'

/** KPX2015, with the place in the text. */
export function unsafe(text: string, offset: number, why: string): KpxError {
  const { column, line } = placesOf(text)(offset)
  return new KpxError('KPX2015', `the text cannot be edited safely at line ${line}, column ${column}: ${why}`)
}
