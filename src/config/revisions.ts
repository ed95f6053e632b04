/**
 * What an object said before each change that kpx made to it. It is kept in an annotation of the object itself, so that it is written with
 * the change or not at all, and whoever may not read the object may not read this either.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import { KpxError } from '../error.ts'

export interface Revision {
  /** Counted from 1, never used twice for an object. */
  readonly revision: number
  /** As it was, to the last byte. */
  readonly text: string
  /** RFC 3339: until when it was in the object. */
  readonly until: string
  /** Who replaced it, and with which command. */
  readonly by: string
  readonly command: string
}

export const revisionsAnnotation = 'kpx/revisions'

/** Revisions that are kept. */
const mostRevisions = 10

/** Characters of the annotation: half of what Kubernetes allows for all annotations of an object (256 KiB, TotalAnnotationSizeLimitB). */
const mostCharacters = 128 * 1024

/** Bytes that one may unpack to: ten objects of the largest size. */
const mostBytes = 10 * 2 ** 20

/** From the oldest to the newest. Throws KPX2106 for a value that kpx did not write. */
export function readRevisions(annotation: string | undefined): readonly Revision[] {
  if (annotation === undefined || annotation === '') return []
  let value: unknown
  try {
    value = JSON.parse(gunzipSync(Buffer.from(annotation, 'base64'), { maxOutputLength: mostBytes }).toString('utf8'))
  } catch (error) {
    throw new KpxError('KPX2106', `annotation ${revisionsAnnotation} cannot be read`, { cause: error })
  }
  if (Array.isArray(value) && value.every(isRevision)) return value
  throw new KpxError('KPX2106', `annotation ${revisionsAnnotation} holds something else than revisions`)
}

function isRevision(value: unknown): value is Revision {
  if (typeof value !== 'object' || value === null) return false
  const { by, command, revision, text, until } = value as Partial<Record<keyof Revision, unknown>>
  return typeof revision === 'number' && [by, command, text, until].every((one) => typeof one === 'string')
}

/** The annotation with one more, and as many of the others as there is room for. Throws KPX2106 where there is none for the new one. */
export function addRevision(before: readonly Revision[], added: Omit<Revision, 'revision'>): string {
  const revision = (before.at(-1)?.revision ?? 0) + 1
  const all = [...before, { revision, ...added }].slice(-mostRevisions)
  for (let first = 0; first < all.length; first++) {
    const packed = gzipSync(JSON.stringify(all.slice(first)), { level: 9 }).toString('base64')
    if (packed.length <= mostCharacters) return packed
  }
  throw new KpxError('KPX2106', 'the configuration is too large for its object to keep what it was before', {
    fix: 'make it smaller with another tool: kpx would not be able to restore it',
  })
}
