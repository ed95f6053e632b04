/** Debian's kernel and its modules, which IPVS is one of: unpacked into the cache, not installed. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../binaries.ts'
import { downloadDependency } from '../packages.ts'
import { run } from '../run.ts'
import { say } from '../say.ts'

export interface Kernel {
  /** `6.1.0-57-cloud-amd64` */
  readonly version: string
  /** The path of the compressed kernel. */
  readonly image: string
  /** The folder that has `lib/modules/VERSION`. */
  readonly folder: string
}

/** The flavour for virtual machines; the package depends on the one with the newest version in its name. */
const metapackage = 'linux-image-cloud-amd64'
const prefix = 'linux-image-'

/** The one in the cache, downloaded where there is none. */
export async function debianKernel(): Promise<Kernel> {
  mkdirSync(cacheFolder, { recursive: true })
  const there = readdirSync(cacheFolder).filter((name) => name.startsWith(prefix))
  const name = there.sort().at(-1) ?? (await download())
  const version = name.slice(prefix.length)
  const folder = join(cacheFolder, name)
  return { version, image: join(folder, 'boot', `vmlinuz-${version}`), folder }
}

async function download(): Promise<string> {
  const done = say(`downloading ${metapackage}`)
  const work = mkdtempSync(join(cacheFolder, 'kernel-'))
  try {
    const { name, file } = await downloadDependency(metapackage, work)
    const folder = join(work, name)
    await run('dpkg-deb', ['--extract', file, folder])
    await run('depmod', ['--basedir', folder, name.slice(prefix.length)])
    renameSync(folder, join(cacheFolder, name))
    done()
    return name
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The files of these modules and of those that they need, each after its own needs. */
export async function moduleFiles({ folder, version }: Kernel, names: readonly string[]): Promise<string[]> {
  const argv = ['--dirname', folder, '--set-version', version, '--show-depends', '--all', ...names]
  const printed = await run('modprobe', argv)
  return [...new Set([...printed.matchAll(/^insmod (\S+)/gm)].map((match) => match[1] ?? ''))]
}
