/** The cgroups of a node's pods: all below one folder, in every hierarchy, so that they can be found again. */
import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './until.ts'

const root = '/sys/fs/cgroup'

export function cgroupName(cluster: string, node: string): string {
  return `kpx-${cluster}-${node}`
}

/** kubelet makes its cgroups below this one, but not this one. */
export function makeCgroup(name: string): void {
  for (const hierarchy of hierarchies()) mkdirSync(join(hierarchy, name), { recursive: true })
}

/** After the last process in it has ended, which the kernel may notice a little later. */
export async function removeCgroup(name: string): Promise<void> {
  const folders = hierarchies().map((hierarchy) => join(hierarchy, name))
  for (const folder of folders.filter((folder) => existsSync(folder))) {
    await until(`${folder} can be removed`, async () => removeTree(folder))
  }
}

/** One in version 2, one for each controller in version 1. */
function hierarchies(): string[] {
  return existsSync(join(root, 'cgroup.controllers')) ? [root] : foldersOf(root).map((name) => join(root, name))
}

/** From the innermost: the files of a cgroup go with it. */
function removeTree(folder: string): boolean {
  return foldersOf(folder).every((name) => removeTree(join(folder, name))) && removeEmpty(folder)
}

function foldersOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

export function removeEmpty(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch {
    return false
  }
}
