/** A capture written to disk, as a folder or an archive that --from reads: whole, or not at all. */
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { KpxError } from '../error.ts'
import { reachedNodes } from './capture.ts'
import type { Capture } from './capture.ts'
import { redacted } from './redact.ts'

/** The lists of the format. */
const lists = [
  'apigroups',
  'configmaps',
  'daemonsets',
  'debugpods',
  'endpointslices',
  'felixconfigurations',
  'leases',
  'nodes',
  'pods',
  'services',
  'version',
]

interface File {
  readonly path: string
  readonly bytes: Buffer
}

/** What the capture says as files; objects are redacted. */
export function filesOf(capture: Capture): File[] {
  const { isPart, name, nodes, takenAt } = capture
  const blind = nodes.flatMap((node) => capture.blind(node).map((spot) => ({ node, ...spot })))
  const reached = reachedNodes(capture)
  const about = {
    format: 'kpx/v1',
    name,
    ...(takenAt !== undefined && { takenAt }),
    nodes,
    ...(isPart && { isPart }),
    reached,
    blind,
  }
  return [
    { path: 'capture.json', bytes: json(about) },
    ...lists.flatMap((list) => {
      const items = capture.list(list)
      return items
        ? [
            {
              path: `objects/${list}.json`,
              bytes: json({ kind: 'List', items: [...items].map((item) => redacted(item, list)) }),
            },
          ]
        : []
    }),
    ...nodes.flatMap((node) =>
      capture.files(node).flatMap((file) => {
        const bytes = capture.file(node, file)
        return bytes ? [{ path: `nodes/${node}/${file}`, bytes }] : []
      }),
    ),
  ]
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value)}\n`)

const isArchive = (path: string): boolean => /\.(tar\.gz|tgz)$/.test(path)

/** Throws KPX1018 where something is in the way, or cannot be written. */
export async function writeCapture(files: readonly File[], path: string): Promise<void> {
  await checkFree(path)
  const draft = `${path.replace(/\/+$/, '')}.part-${process.pid}`
  try {
    await mkdir(dirname(draft), { recursive: true })
    await (isArchive(path) ? writeArchive(files, draft) : writeFolder(files, draft))
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
    const why = error instanceof Error ? error.message : String(error)
    throw new KpxError('KPX1018', `${path} cannot be written: ${why}`, { cause: error })
  }
}

/** Before a cluster is asked in vain. Throws KPX1018 where something is in the way. */
export async function checkFree(path: string): Promise<void> {
  const about = await stat(path).catch(() => undefined)
  if (!about || (about.isDirectory() && !isArchive(path) && (await readdir(path)).length === 0)) return
  throw new KpxError('KPX1018', `${path} exists already`, { fix: 'choose another path, or remove it first' })
}

async function writeFolder(files: readonly File[], folder: string): Promise<void> {
  for (const { bytes, path } of files) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes, { mode: 0o600 })
  }
}

async function writeArchive(files: readonly File[], path: string): Promise<void> {
  // the only export that esbuild leaves of a CommonJS module that is imported later
  const { default: tar } = await import('tar-stream')
  const archive = tar.pack()
  const written = pipeline(archive, createGzip(), createWriteStream(path, { mode: 0o600 }))
  for (const file of files) archive.entry({ name: file.path, mode: 0o600 }, file.bytes)
  archive.finalize()
  await written
}
