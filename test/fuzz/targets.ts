/** What is fuzzed, and how an input for it is made. */
import { sourceFile } from '../../src/decode/source.ts'
import { archiveInput } from './archive-input.ts'
import { captureOf, damagedCapture } from './capture-files.ts'
import { checkCapture } from './check-capture.ts'
import { checkFile, reportsOfAny } from './check-file.ts'
import { damagedFile, nodeFileNames } from './format.ts'
import { namesInput } from './names-input.ts'
import { Random } from './random.ts'

export interface Input {
  /** What is read, by name. */
  readonly files: ReadonlyMap<string, Buffer>
  /** Its time counts. Throws where something that always holds does not. */
  readonly read: () => Promise<void> | void
  /** The same, but its time does not count. */
  readonly check?: () => void
}

type Make = (random: Random) => Input | Promise<Input>

const fileInput =
  (name: string): Make =>
  (random) => {
    const bytes = damagedFile(name, random)
    // files under each other's names
    const source = sourceFile(random.oneIn(30) ? random.pick(nodeFileNames) : name, bytes)
    return {
      files: new Map([[source.name, bytes]]),
      read: () => void reportsOfAny(source),
      check: () => checkFile(source),
    }
  }

const captureInput: Make = (random) => {
  const files = damagedCapture(random)
  return { files, read: () => checkCapture(captureOf(files), random) }
}

/** All but those of one file cost much more than these. */
const wholes: ReadonlyMap<string, Make> = new Map([
  ['archive', archiveInput],
  ['capture', captureInput],
  ['names', namesInput],
])
const wholesAmong = 40

export const targetNames: readonly string[] = [...nodeFileNames, ...wholes.keys()]

/** The same input whenever it is asked for; by chance of any target but where one is named. */
export async function inputOf(seed: number, index: number, only?: string): Promise<Input & { target: string }> {
  const random = new Random(seed, index)
  const target = only ?? random.pick(random.oneIn(wholesAmong) ? [...wholes.keys()] : nodeFileNames)
  const make = wholes.get(target) ?? fileInput(target)
  return { target, ...(await make(random)) }
}
