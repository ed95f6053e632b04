/** Files that the user names beside a capture. */
import { readFileSync } from 'node:fs'
import { KpxError } from '../error.ts'

const standardInput = 0

/** The bytes of a file, or of standard input for `-`. Throws KPX1008 for what cannot be read. */
export function readInput(path: string): Buffer {
  try {
    return readFileSync(path === '-' ? standardInput : path)
  } catch (cause) {
    throw new KpxError('KPX1008', `${path} cannot be read`, { cause, fix: 'check the path and its permissions' })
  }
}
