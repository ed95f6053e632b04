/** Files for images and disks: programs of this machine, with the libraries that they load. */
import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { programPath } from './packages.ts'
import { run } from './run.ts'

/** What a path has: the bytes of a file, or the target of a link. */
export type Content = Uint8Array | { readonly link: string }

/** By paths that do not begin with a slash. */
export type Files = ReadonlyMap<string, Content>

/** Where each file is on this machine, by the same path. */
export function sameFiles(paths: readonly string[]): [string, Content][] {
  return paths.map((path) => [path.slice(1), readFileSync(path)])
}

export function pathOf(name: string): string {
  const path = programPath(name)
  if (path === undefined) throw new Error(`no ${name} on this machine`)
  return path
}

export function busybox(...applets: string[]): [string, Content][] {
  const links = applets.map((name): [string, Content] => [`bin/${name}`, { link: 'busybox' }])
  return [['bin/busybox', readFileSync(pathOf('busybox'))], ...links]
}

/** By the paths that the loader opens. */
export async function librariesOf(paths: readonly string[]): Promise<string[]> {
  const printed = await run('ldd', paths)
  return [...new Set([...printed.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map((match) => match[1] ?? ''))]
}

/** The same files are the same bytes. */
export async function tar(files: Files): Promise<Uint8Array> {
  const out = pack()
  const mtime = new Date(0)
  for (const [name, content] of files) {
    if ('link' in content) out.entry({ name, mtime, type: 'symlink', linkname: content.link })
    else out.entry({ name, mtime, mode: 0o755 }, Buffer.from(content.buffer, content.byteOffset, content.byteLength))
  }
  out.finalize()
  return buffer(out)
}
