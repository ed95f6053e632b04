/** Files that the user names beside a capture. */
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { KpxError } from '../error.ts'
import { mostFileBytes, tooLarge } from './limits.ts'

/** The bytes of a file, or of standard input for `-`. Throws KPX1008 for what cannot be read, KPX1011 for what does not end. */
export async function readInput(path: string): Promise<Buffer> {
  const name = inputName(path)
  try {
    return await read(path === '-' ? process.stdin : createReadStream(path, { highWaterMark: pieceBytes }), name)
  } catch (cause) {
    if (cause instanceof KpxError) throw cause
    throw new KpxError('KPX1008', `${name} cannot be read: ${reasonOf(cause)}`, { cause, ...fixOf(cause) })
  }
}

/** The same of a file that need not be there. */
export async function readInputIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readInput(path)
  } catch (error) {
    if (error instanceof KpxError && codeOf(error.cause) === 'ENOENT') return undefined
    throw error
  }
}

/** Big dumps in few pieces: each of 64 KiB, as is usual, costs time and memory. */
const pieceBytes = 2 ** 22

/** As messages call it. */
export const inputName = (path: string): string => (path === '-' ? 'standard input' : path === '' ? '""' : path)

async function read(stream: Readable, name: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostFileBytes) throw tooLarge(name)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const codeOf = (cause: unknown): unknown => (cause instanceof Error && 'code' in cause ? cause.code : undefined)

/** Why a file or folder cannot be read. */
export function reasonOf(cause: unknown): string {
  const code = codeOf(cause)
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'it does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  if (code === 'EISDIR') return 'it is a folder'
  return cause instanceof Error ? cause.message : String(cause)
}

const fixOf = (cause: unknown): { fix: string } => ({
  fix:
    codeOf(cause) === 'EISDIR'
      ? 'name its files, or pass it as a capture: --from'
      : 'check the path and its permissions',
})
