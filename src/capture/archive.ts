/** A capture's files in a tar archive, with or without gzip. Nothing is written to disk, links are not followed. */
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Extract } from 'tar-stream'
import { KpxError } from '../error.ts'
import { growthCountsFrom, mostArchiveBytes, mostFileBytes, mostGrowth, tooLarge } from './limits.ts'
import { isStep } from './tree.ts'
import type { Tree, TreeEntry } from './tree.ts'

/** POSIX pax format, ustar interchange: blocks of 512 bytes, the end is marked by blocks of zeros. */
const blockBytes = 512

export async function archiveTree(path: string, gzip: boolean): Promise<Tree> {
  // the only export that esbuild leaves of a CommonJS module that is imported later
  const { default: tar } = await import('tar-stream')
  try {
    const files = await extract(path, gzip, tar.extract())
    return treeOf(path, withoutTop(files))
  } catch (error) {
    if (error instanceof KpxError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new KpxError('KPX1004', `${path} is truncated or corrupt: ${why}`, { cause: error })
  }
}

async function extract(path: string, gzip: boolean, extraction: Extract): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const reading = collect(extraction, files)
  const source = createReadStream(path)
  const checked = (chunks: Readable) => checkEnd(checkSize(chunks, path, () => source.bytesRead))
  const writing = gzip ? pipeline(source, createGunzip(), checked, extraction) : pipeline(source, checked, extraction)
  await Promise.all([writing, reading])
  return files
}

interface Entry extends AsyncIterable<unknown> {
  readonly header: { readonly name: string; readonly type?: string | null | undefined }
}

async function collect(entries: AsyncIterable<Entry>, files: Map<string, Buffer>): Promise<void> {
  for await (const entry of entries) {
    const chunks: Buffer[] = []
    let bytes = 0
    for await (const chunk of entry) {
      chunks.push(chunk as Buffer)
      if ((bytes += (chunk as Buffer).length) > mostFileBytes) throw tooLarge(entry.header.name)
    }
    const steps = entry.header.name.split('/').filter((step) => step !== '' && step !== '.')
    if (entry.header.type === 'file' && steps.every(isStep)) files.set(steps.join('/'), Buffer.concat(chunks))
  }
}

/** Passes the bytes on and fails where they are more than an archive of recordings can have. */
async function* checkSize(chunks: Readable, path: string, packed: () => number): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    bytes += chunk.length
    const isBomb = bytes > growthCountsFrom && bytes > packed() * mostGrowth
    if (isBomb || bytes > mostArchiveBytes) {
      throw new KpxError('KPX1011', `${path} unpacks to more than ${Math.floor(bytes / 2 ** 20)} MiB`)
    }
    yield chunk
  }
}

/** Passes the bytes on and fails where the end mark is missing: an archive cut between two files looks whole otherwise. */
async function* checkEnd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let tail: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    tail = chunk.length >= blockBytes ? chunk.subarray(-blockBytes) : Buffer.concat([tail, chunk]).subarray(-blockBytes)
    yield chunk
  }
  if (tail.length < blockBytes || tail.some((byte) => byte !== 0)) throw new Error('the end of the archive is missing')
}

/** Archives often hold one folder with the capture in it. */
function withoutTop(files: Map<string, Buffer>): Map<string, Buffer> {
  const tops = new Set([...files.keys()].map((name) => name.slice(0, name.indexOf('/') + 1)))
  const isCapture = (top: string): boolean =>
    files.has(`${top}capture.json`) || [...files.keys()].some((name) => name.startsWith(`${top}nodes/`))
  if (isCapture('')) return files
  const found = [...tops].filter((top) => top !== '' && isCapture(top)).sort()
  // a folder of one node's dumps, packed
  const top = found[0] ?? (tops.size === 1 ? ([...tops][0] ?? '') : '')
  const inside = [...files].filter(([name]) => name.startsWith(top))
  return new Map(inside.map(([name, bytes]) => [name.slice(top.length), bytes]))
}

function treeOf(path: string, files: Map<string, Buffer>): Tree {
  const folders = new Map<string, Map<string, boolean>>()
  for (const name of files.keys()) {
    const steps = name.split('/')
    for (let depth = 0; depth < steps.length; depth++) {
      const folder = steps.slice(0, depth).join('/')
      const entries = folders.get(folder) ?? new Map<string, boolean>()
      folders.set(folder, entries.set(steps[depth] ?? '', depth < steps.length - 1))
    }
  }
  return {
    path,
    read: (file) => files.get(file),
    list: (folder) => entriesOf(folders.get(folder)),
  }
}

function entriesOf(entries: ReadonlyMap<string, boolean> | undefined): TreeEntry[] {
  return [...(entries ?? [])].map(([name, folder]) => ({ name, folder })).sort((a, b) => (a.name < b.name ? -1 : 1))
}
