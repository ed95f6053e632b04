/** Whole captures in memory: a recording of which some files are damaged, lost, or under each other's names. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Capture } from '../../src/capture/capture.ts'
import { parseJsonList } from '../../src/capture/json-list.ts'
import { captures } from '../kpx.ts'
import { asProcNet } from '../proc-net-files.ts'
import { damage, fileNames } from './format.ts'
import { recordingNames } from './seeds.ts'
import type { Random } from './random.ts'

/** By their paths in the capture. */
export type CaptureFiles = Map<string, Buffer>

const recordings: readonly CaptureFiles[] = recordingNames.map((name) => {
  const paths = readdirSync(join(captures, name), { recursive: true, encoding: 'utf8' }).map((path) =>
    path.replaceAll('\\', '/'),
  )
  const known = paths.filter((path) => fileNames.includes(baseOf(path)))
  return new Map(known.map((path) => [path, readFileSync(join(captures, name, path))]))
})

/** The same of nodes without ip(8). */
function withProcNet(files: CaptureFiles, random: Random): void {
  const edits = asProcNet(captureOf(files))
  for (const [path, edit] of Object.entries(edits)) {
    const text = edit('')
    if (text !== undefined) files.set(path, Buffer.from(text))
    else if (!random.oneIn(4)) files.delete(path)
  }
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function damagedCapture(random: Random): CaptureFiles {
  const files = new Map(random.pick(recordings))
  if (random.oneIn(3)) withProcNet(files, random)
  const paths = [...files.keys()]
  if (random.oneIn(2)) for (const path of paths) if (path.startsWith('nodes/node2/')) files.delete(path)
  for (let left = random.skewed(4); left > 0; left--) {
    const path = random.pick(paths)
    const how = random.below(10)
    if (how === 0) files.delete(path)
    else if (how === 1) files.set(path, files.get(random.pick(paths)) ?? Buffer.of())
    else if (how === 2) files.set(path, Buffer.of())
    else files.set(path, damagedAgain(path, files, random))
  }
  return files
}

/** JSON that was damaged before is damaged as bytes. */
function damagedAgain(path: string, files: CaptureFiles, random: Random): Buffer {
  const text = files.get(path)?.toString('utf8') ?? ''
  const name = baseOf(path)
  try {
    return damage(name, text, random)
  } catch (error) {
    if (error instanceof SyntaxError) return Buffer.from(text.slice(0, random.below(text.length)))
    throw error
  }
}

export function captureOf(files: CaptureFiles): Capture {
  const under = (folder: string): string[] => [...files.keys()].filter((path) => path.startsWith(folder))
  return {
    name: 'fuzzed',
    path: 'fuzzed',
    flags: '--from fuzzed',
    nodes: [...new Set(under('nodes/').map((path) => path.split('/')[1] ?? ''))].sort(),
    file: (node, name) => files.get(`nodes/${node}/${name}`),
    files: (node) => under(`nodes/${node}/`).map(baseOf).sort(),
    blind: () => [],
    reached: () => undefined,
    list: (name) => {
      const bytes = files.get(`objects/${name}.json`)
      return bytes && parseJsonList(bytes, `objects/${name}.json`)
    },
  }
}
