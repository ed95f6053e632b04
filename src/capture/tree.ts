/** Files under one root, wherever they are kept. Paths use `/` and are relative to the root. */
export interface Tree {
  /** What the user named. */
  readonly path: string
  /** undefined where there is no such file. */
  read(path: string): Buffer | undefined
  /** The entries of a folder, sorted; empty where there is no such folder. */
  list(folder: string): readonly TreeEntry[]
}

export interface TreeEntry {
  readonly name: string
  readonly folder: boolean
}

/** One step of a path: a name that can neither leave its folder nor name another one. */
export function isStep(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)
}
