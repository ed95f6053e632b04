/** What a command prints, as far as there is room for it: one that never stops must not fill the memory. */
import { mostArchiveBytes, mostFileBytes } from '../capture/limits.ts'
import type { Room } from './room.ts'

export class Printed {
  /** Why no more is kept; undefined as long as all of it is. */
  excess: string | undefined
  readonly #chunks: Record<'stderr' | 'stdout', Buffer[]> = { stdout: [], stderr: [] }
  readonly #room: Room
  #bytes = 0

  constructor(room: Room) {
    this.#room = room
  }

  add(stream: 'stderr' | 'stdout', bytes: Buffer): void {
    if (this.excess !== undefined) return
    if (this.#bytes + bytes.length > mostFileBytes) this.#exceed(`prints more than ${mebibytes(mostFileBytes)}`)
    else if (this.#room.take(bytes.length)) {
      this.#bytes += bytes.length
      this.#chunks[stream].push(bytes)
    } else this.#exceed(`finds no room: ${mebibytes(mostArchiveBytes)} are read already`)
  }

  #exceed(why: string): void {
    this.excess = `${why}; ask for fewer nodes: --node`
    this.drop()
  }

  /** Keeps nothing, for others to have the room. */
  drop(): void {
    this.#room.giveBack(this.#bytes)
    this.#bytes = 0
    for (const chunks of Object.values(this.#chunks)) chunks.length = 0
  }

  get stdout(): Buffer {
    return Buffer.concat(this.#chunks.stdout)
  }

  /** Without blanks around it. */
  get stderr(): string {
    return Buffer.concat(this.#chunks.stderr).toString('utf8').trim()
  }
}

const mebibytes = (bytes: number): string => `${bytes / 2 ** 20} MiB`
