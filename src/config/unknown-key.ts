/** Keys that kube-proxy drops: what they may have been meant to be. */
import { nearest } from '../nearest.ts'
import { fieldAt, fields, forgottenFields, sections } from './fields/index.ts'
import type { Entry } from './node.ts'
import type { Problem } from './problem.ts'
import { minorOf } from '../version.ts'

/** `names` are the paths that this release knows. */
export function unknownKey(path: string, key: Entry['key'], minor: number, names: readonly string[]): Problem {
  const { fix, why } = reasonOf(path, minor, names)
  return {
    code: 'KPX2007',
    message: `kube-proxy 1.${minor} ignores ${path}: ${why}`,
    field: path,
    start: key.start,
    end: key.end,
    ...(fix === undefined ? {} : { fix }),
  }
}

function reasonOf(path: string, minor: number, names: readonly string[]): { why: string; fix?: string } {
  const other = otherRelease(path)
  if (other !== undefined) return { why: other }
  if (path === 'nftables.skipKernelVersionCheck') {
    return {
      why: 'no release has this field, though documentation names it',
      fix: 'set the environment variable KUBE_PROXY_NFTABLES_SKIP_KERNEL_VERSION_CHECK of the container',
    }
  }
  if (path === 'metadata') return { why: 'the configuration is no object of the API and has no metadata' }
  const meant = meantBy(path, names)
  if (meant === undefined) return { why: `it is no field of 1.${minor}` }
  const isCase = meant.toLowerCase() === path.toLowerCase()
  const why = isCase ? 'upper and lower case count' : 'no field has that name'
  return { why: `${why}; did you mean ${meant}?`, fix: `write ${meant}, or remove the key` }
}

function otherRelease(path: string): string | undefined {
  const forgotten = forgottenFields.find((one) => one.path === path)
  if (forgotten) return `the field was removed after ${forgotten.until}`
  const section = sections.includes(path)
  const { since, until } = fieldAt(path) ?? { since: section ? sectionSince(path) : undefined, until: undefined }
  if (until !== undefined) return `the field was removed after ${until}`
  return since === undefined ? undefined : `the field came with ${since}`
}

/** A section is there since the first of its fields is. */
function sectionSince(path: string): string | undefined {
  const inside = fields.filter((field) => field.path.startsWith(`${path}.`))
  const minors = inside.map(({ since }) => (since === undefined ? 0 : (minorOf(since) ?? 0)))
  const first = Math.min(...minors)
  return first === 0 ? undefined : `1.${first}`
}

/** The same letters in another case, the same name in another section, or a name with few other letters. */
function meantBy(path: string, names: readonly string[]): string | undefined {
  const lower = path.toLowerCase()
  const sameLetters = names.find((name) => name.toLowerCase() === lower)
  if (sameLetters !== undefined) return sameLetters
  const last = lower.split('.').at(-1) ?? lower
  const elsewhere = names.filter((name) => name.toLowerCase().split('.').at(-1) === last)
  if (elsewhere.length === 1) return elsewhere[0]
  const inSection = names.filter((name) => sectionOf(name) === sectionOf(path))
  return nearest(
    path,
    (inSection.length > 0 ? inSection : names).map((name) => ({ name })),
  )?.name
}

const sectionOf = (path: string): string => path.split('.').slice(0, -1).join('.')
