/** How much is kept of what nodes print: one that never stops must not fill the memory. */
import { mostArchiveBytes } from '../capture/limits.ts'

export class Room {
  #left = mostArchiveBytes

  /** False where so many bytes more are too many. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  /** What was taken and is not kept. */
  giveBack(bytes: number): void {
    this.#left += bytes
  }
}
