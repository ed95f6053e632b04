/** Damaged files of each format. */
import { mutateJson } from './mutate-json.ts'
import { mutate } from './mutate.ts'
import type { Random } from './random.ts'
import { seedsOf, thinned } from './seeds.ts'
import type { Seed } from './seeds.ts'
import { wordsOf } from './words.ts'

export const fileNames: readonly string[] = Object.keys(seedsOf)

const objects = ['endpointslices.json', 'nodes.json', 'pods.json', 'services.json']

/** Of nodes, not of the API's objects. */
export const nodeFileNames: readonly string[] = fileNames.filter((name) => !objects.includes(name))

interface Format {
  readonly seeds: readonly Seed[]
  readonly words: readonly string[]
}

const formats = new Map<string, Format>()

function formatOf(file: string): Format {
  let format = formats.get(file)
  if (!format) {
    const seeds = seedsOf[file]?.() ?? []
    formats.set(file, (format = { seeds, words: wordsOf(file, seeds) }))
  }
  return format
}

const fileLike = (name: string, random: Random): string => thinned(random.pick(formatOf(name).seeds), random)

/** A new file of this name, damaged. */
export const damagedFile = (name: string, random: Random): Buffer => damage(name, fileLike(name, random), random)

/** `text` damaged as a file of this name. */
export function damage(name: string, text: string, random: Random): Buffer {
  const { words } = formatOf(name)
  if (name.endsWith('.json') && !random.oneIn(3)) return Buffer.from(mutateJson(text, random, words))
  const other = (): Buffer => Buffer.from(fileLike(random.pick(fileNames), random))
  return mutate(Buffer.from(text), random, { words, other })
}
