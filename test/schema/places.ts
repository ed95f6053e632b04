/** Every value in a document with its place, and documents that are changed in one place. */
import type { Document } from './schemas.ts'

type Path = readonly (number | string)[]

export interface Place {
  readonly path: Path
  /** `items[].outcomes[].share`: the same for all items of a list. */
  readonly name: string
  readonly value: unknown
}

/** All places below the document itself, outer ones first. */
export function placesIn(value: unknown, path: Path = [], name = ''): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const isList = Array.isArray(value)
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const place = {
      path: [...path, isList ? Number(key) : key],
      name: isList ? `${name}[]` : name === '' ? key : `${name}.${key}`,
      value: inner,
    }
    return [place, ...placesIn(inner, place.path, place.name)]
  })
}

export function without(document: Document, path: Path): Document {
  const copy = structuredClone(document)
  delete ownerOf(copy, path)[path.at(-1) ?? '']
  return copy
}

export function replaced(document: Document, path: Path, value: unknown): Document {
  const copy = structuredClone(document)
  ownerOf(copy, path)[path.at(-1) ?? ''] = value
  return copy
}

type Container = Record<number | string, unknown>

const ownerOf = (document: Document, path: Path): Container =>
  path.slice(0, -1).reduce((value, key) => value[key] as Container, document as Container)
