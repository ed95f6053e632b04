/**
 * The programs of a cluster, built from their Go modules into a cache outside of the tree. A module's version never
 * changes what it holds, so the version and the way it is built are the key, and a build that is there needs no network.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { run } from './run.ts'
import { say } from './say.ts'

interface GoModule {
  readonly path: string
  /** `v1.37.1` */
  readonly version: string
  readonly ldflags: string
}

interface GoMod {
  readonly Go: string
  readonly Replace:
    readonly { Old: { Path: string; Version?: string }; New: { Path: string; Version?: string } }[] | null
}

const recipe = 'CGO_ENABLED=0 go build -mod=mod -trimpath'

const cacheHome = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')

export const cacheFolder = resolve(process.env['KPX_CACHE'] ?? join(cacheHome, 'kpx', 'cluster'))

/** The folder that has the named programs of one Kubernetes version (`1.37.1`), built where they are missing. */
export async function kubernetesBinaries(version: string, names: readonly string[]): Promise<string> {
  const [major, minor] = version.split('.')
  const set = 'k8s.io/component-base/version.git'
  const ldflags = `-s -w -X ${set}Version=v${version} -X ${set}Major=${major} -X ${set}Minor=${minor}`
  const packages = new Map(names.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`]))
  return build({ path: 'k8s.io/kubernetes', version: `v${version}`, ldflags }, packages)
}

/** The folder that has `etcd` of this version (`3.6.8`). */
export async function etcdBinary(version: string): Promise<string> {
  const path = 'go.etcd.io/etcd/server/v3'
  return build({ path, version: `v${version}`, ldflags: '-s -w' }, new Map([['etcd', path]]))
}

/** The path of a program of ours that needs nothing but Go's own library, named after its first source; the sources are the key. */
export async function ownBinary(...sources: readonly [string, ...string[]]): Promise<string> {
  const name = basename(sources[0], '.go')
  const make = async (work: string) => goBuild(work, ['-ldflags', '-s -w', '-o', name, ...sources])
  const text = sources.map((source) => readFileSync(source, 'utf8')).join('')
  return join(await cached(name, text, [name], make), name)
}

async function build(module: GoModule, packages: ReadonlyMap<string, string>): Promise<string> {
  const { path, version, ldflags } = module
  const folder = `${path.split('/')[1]}-${version}`
  return cached(folder, JSON.stringify(module), [...packages.keys()], async (work, name) => {
    const goMod = join(work, 'go.mod')
    if (!existsSync(goMod)) writeFileSync(goMod, await goModOf(module))
    await goBuild(work, ['-ldflags', ldflags, '-o', name, packages.get(name) ?? path])
  })
}

/** The folder that has all of these programs: `make` leaves the missing ones in a folder that nobody else writes to. */
async function cached(
  name: string,
  source: string,
  programs: readonly string[],
  make: (work: string, program: string) => Promise<void>,
): Promise<string> {
  const key = createHash('sha256').update(`${recipe} ${source}`).digest('hex').slice(0, 12)
  const folder = join(cacheFolder, `${name}-${key}`)
  const missing = programs.filter((program) => !existsSync(join(folder, program)))
  if (missing.length === 0) return folder
  mkdirSync(folder, { recursive: true })
  const work = mkdtempSync(join(folder, 'build-'))
  try {
    for (const program of missing) {
      const done = say(`building ${program} for ${name}`)
      await make(work, program)
      renameSync(join(work, program), join(folder, program))
      done()
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return folder
}

/** What a module replaces counts only where it is the main one: say it again, with releases for its own subfolders. */
async function goModOf({ path, version }: GoModule): Promise<string> {
  const downloaded: unknown = JSON.parse(await run('go', ['mod', 'download', '-json', `${path}@${version}`]))
  const { GoMod } = downloaded as { GoMod: string }
  const { Go, Replace } = JSON.parse(await run('go', ['mod', 'edit', '-json', GoMod])) as GoMod
  const replaces = (Replace ?? []).flatMap(({ Old, New }) => {
    const from = `replace ${Old.Path} ${Old.Version ?? ''} =>`
    if (New.Path.startsWith('./staging/')) return [`${from} ${Old.Path} ${version.replace(/^v1/, 'v0')}`]
    return New.Path.startsWith('.') ? [] : [`${from} ${New.Path} ${New.Version ?? ''}`]
  })
  return ['module cluster', `go ${Go}`, `require ${path} ${version}`, ...replaces, ''].join('\n')
}

/** Building takes minutes of all processors, so it gives way to everything else. */
async function goBuild(cwd: string, argv: readonly string[]): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' }
  await run('nice', ['-n', '5', 'go', 'build', '-mod=mod', '-trimpath', ...argv], { cwd, env })
}
