/** The error for a path that is no field's. */
import { KpxError } from '../error.ts'
import { nearestFew } from '../nearest.ts'
import { fields, sections } from './fields/index.ts'

/** KPX1001, with the names that may have been meant. */
export const noSuchField = (path: string): KpxError =>
  new KpxError('KPX1001', `kube-proxy's configuration has no field "${path}"`, {
    fix: hintFor(path.replace(/\.$/, '').toLowerCase()),
  })

function hintFor(wanted: string): string {
  const all = [...fields.map((field) => field.path), ...sections]
  const sameName = all.filter((one) => one.toLowerCase().split('.').at(-1) === wanted.split('.').at(-1))
  const near = nearestFew(
    wanted,
    all.map((name) => ({ name: name.toLowerCase(), path: name })),
  ).map((one) => one.path)
  const meant = near.length > 0 ? near : sameName.slice(0, 3)
  const list = 'kpx explain field lists all fields'
  return meant.length > 0 ? `did you mean ${meant.join(' or ')}? ${list}` : list
}
