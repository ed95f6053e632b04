/** Files that the user names for what kpx writes. */
import { rename, rm, writeFile } from 'node:fs/promises'
import { KpxError } from '../error.ts'

/** Whole or not at all: whoever reads it meanwhile has the one before. `what` is as messages call it. Throws KPX1010. */
export async function writeOutput(what: string, file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`
  try {
    await writeFile(draft, text)
    await rename(draft, file)
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined)
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new KpxError('KPX1010', `the ${what} ${file} cannot be written: ${why}`, {
      fix: 'name a file in a folder that you may write to, where there is space',
      cause,
    })
  }
}
