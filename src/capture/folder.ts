/** A capture's files in a folder. Each is read when it is asked for; links that lead out of the folder are not followed. */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { KpxError } from '../error.ts'
import { reasonOf } from './input.ts'
import { mostFileBytes, tooLarge } from './limits.ts'
import type { Tree, TreeEntry } from './tree.ts'

export function folderTree(path: string): Tree {
  const root = realpathSync(path)
  return {
    path,
    read: (file) => {
      const real = inside(root, file)
      if (real === undefined) return undefined
      const about = statSync(real)
      if (!about.isFile()) return undefined
      if (about.size > mostFileBytes) throw tooLarge(real)
      return accessible(real, () => readFileSync(real))
    },
    list: (folder) => {
      const real = inside(root, folder)
      if (real === undefined || !statSync(real).isDirectory()) return []
      return entriesOf(root, folder, real)
    },
  }
}

function entriesOf(root: string, folder: string, real: string): TreeEntry[] {
  const names = accessible(real, () => readdirSync(real)).sort()
  return names.flatMap((name) => {
    const entry = inside(root, join(folder, name))
    return entry === undefined ? [] : [{ name, folder: statSync(entry).isDirectory() }]
  })
}

/** The real path below the root; undefined where there is nothing or a link leads out. */
function inside(root: string, path: string): string | undefined {
  try {
    const real = realpathSync(join(root, path))
    return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep) ? real : undefined
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw unreadable(join(root, path), error)
  }
}

function accessible<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw unreadable(path, error)
  }
}

function isAbsence(error: unknown): boolean {
  // a link to itself and a name behind a file are no files either
  return error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(error.code))
}

const unreadable = (path: string, cause: unknown): KpxError =>
  new KpxError('KPX1002', `${path} cannot be read: ${reasonOf(cause)}`, { cause })
