/** Archives: of names that lead elsewhere, links, and bytes that were damaged before or after they were packed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { pack } from 'tar-stream'
import { readCapture } from '../../src/capture/read.ts'
import { isStep } from '../../src/capture/tree.ts'
import { KpxError } from '../../src/error.ts'
import { mutate } from './mutate.ts'
import type { Random } from './random.ts'
import type { Input } from './targets.ts'

const steps = [
  'nodes',
  'n1',
  'objects',
  'iptables-save.txt',
  'pods.json',
  'capture.json',
  '..',
  '.',
  '',
  '\u001b[2J',
  '\\',
  '\0',
  'x'.repeat(200),
]
const types = ['file', 'file', 'file', 'file', 'directory', 'symlink', 'link', 'fifo', 'character-device'] as const

export async function archiveInput(random: Random): Promise<Input> {
  const plain = await packed(random)
  const material = { words: steps, other: () => plain }
  const damaged = random.oneIn(2) ? mutate(plain, random, material) : plain
  const zipped = gzipSync(damaged)
  const bytes = random.pick([damaged, zipped, mutate(zipped, random, material)])
  return { files: new Map([['capture.tar.gz', bytes]]), read: () => readFrom(bytes) }
}

function packed(random: Random): Promise<Buffer> {
  const archive = pack()
  for (let left = random.skewed(8); left > 0; left--) {
    const name = Array.from({ length: random.skewed(5) }, () => random.pick(steps)).join('/')
    const type = random.pick(types)
    if (type === 'file') archive.entry({ name }, '*nat\nCOMMIT\n'.repeat(random.skewed(100)))
    else archive.entry({ name, type, linkname: '../../../../etc/passwd' })
  }
  archive.finalize()
  return buffer(archive)
}

/** Whatever the archive, it is a capture whose files have plain names, or none for a reason. */
async function readFrom(bytes: Buffer): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kpx-fuzz-'))
  try {
    const path = join(folder, 'capture.tar.gz')
    writeFileSync(path, bytes)
    const capture = await readCapture(path)
    for (const node of capture.nodes) {
      expect(isStep(node), node).to.equal(true)
      for (const file of capture.files(node)) {
        expect(capture.file(node, file)?.toString('latin1') ?? '', file).not.to.contain('root:')
      }
    }
  } catch (error) {
    if (!(error instanceof KpxError) || error.code === 'KPX1099') throw error
  } finally {
    rmSync(folder, { recursive: true })
  }
}
