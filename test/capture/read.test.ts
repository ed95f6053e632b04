import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { pack } from 'tar-stream'
import type { Capture } from '../../src/capture/capture.ts'
import { readCapture } from '../../src/capture/read.ts'
import { KpxError } from '../../src/error.ts'
import { captures } from '../kpx.ts'

const recording = join(captures, 'k1.37-iptables')

async function failure(path: string): Promise<KpxError> {
  try {
    await readCapture(path)
  } catch (error) {
    if (error instanceof KpxError) return error
    throw error
  }
  throw new Error(`${path} was read`)
}

async function tar(files: Record<string, string>): Promise<Buffer> {
  const archive = pack()
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text)
  archive.finalize()
  return buffer(archive)
}

describe('readCapture', () => {
  let folder = ''

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-'))
  })

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  const written = (name: string, content: string | Buffer): string => {
    const path = join(folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  describe('of a folder', () => {
    it('gives what was recorded, byte for byte', async () => {
      const capture = await readCapture(recording)
      expect(capture).to.deep.include({ name: 'k1.37-iptables', path: recording, nodes: ['node1', 'node2'] })
      expect(capture.takenAt).to.match(/^2026-/)
      expect(capture.files('node1')).to.include('iptables-save.txt')
      const bytes = readFileSync(join(recording, 'nodes/node1/iptables-save.txt'))
      expect(capture.file('node1', 'iptables-save.txt')?.equals(bytes)).to.equal(true)
      expect([...(capture.list('services') ?? [])]).to.have.length.greaterThan(0)
    })

    it('has nothing where nothing is', async () => {
      const capture = await readCapture(recording)
      expect(capture.file('node1', 'none.txt')).to.equal(undefined)
      expect(capture.file('node9', 'iptables-save.txt')).to.equal(undefined)
      expect(capture.files('node9')).to.deep.equal([])
      expect(capture.list('none')).to.equal(undefined)
    })

    it('needs no capture.json, and none that can be read', async () => {
      written('nodes/b/iptables-save.txt', '')
      written('nodes/a/notes', '')
      expect((await readCapture(folder)).nodes).to.deep.equal(['a', 'b'])
      for (const text of ['{', 'null', '[]', '{"nodes":7,"name":[]}']) {
        written('capture.json', text)
        expect((await readCapture(folder)).nodes, text).to.deep.equal(['a', 'b'])
      }
    })

    it('names nodes without files, but none that are paths', async () => {
      written('nodes/a/iptables-save.txt', '')
      written('capture.json', JSON.stringify({ nodes: ['z', '../../etc', '..', 'a/b', '', 3] }))
      expect((await readCapture(folder)).nodes).to.deep.equal(['a', 'z'])
    })

    it('does not leave the folder', async () => {
      const outside = mkdtempSync(join(tmpdir(), 'kpx-outside-'))
      writeFileSync(join(outside, 'secret'), 'secret')
      written('capture/nodes/a/iptables-save.txt', '')
      symlinkSync(join(outside, 'secret'), join(folder, 'capture/nodes/a/link.txt'))
      symlinkSync(outside, join(folder, 'capture/nodes/linked'))
      symlinkSync('iptables-save.txt', join(folder, 'capture/nodes/a/within.txt'))
      symlinkSync('loop', join(folder, 'capture/nodes/a/loop'))
      try {
        const capture = await readCapture(join(folder, 'capture'))
        expect(capture.nodes).to.deep.equal(['a'])
        expect(capture.files('a')).to.deep.equal(['iptables-save.txt', 'within.txt'])
        expect(capture.file('a', 'link.txt')).to.equal(undefined)
        expect(capture.file('a', 'loop')).to.equal(undefined)
        expect(capture.file('linked', 'secret')).to.equal(undefined)
        expect(capture.file('..', 'capture.json')).to.equal(undefined)
        expect(capture.file('a', '../a/iptables-save.txt')).to.equal(undefined)
      } finally {
        rmSync(outside, { recursive: true })
      }
    })

    it('takes a folder of dumps as one node', async () => {
      written('worker-1/iptables-save.txt', '*nat\nCOMMIT\n')
      const capture = await readCapture(join(folder, 'worker-1'))
      expect(capture).to.deep.include({ name: 'worker-1', nodes: ['worker-1'] })
      expect(capture.file('worker-1', 'iptables-save.txt')?.toString()).to.equal('*nat\nCOMMIT\n')
      expect(capture.files('worker-1')).to.deep.equal(['iptables-save.txt'])
      expect(capture.file('other', 'iptables-save.txt')).to.equal(undefined)
    })

    it('says what is expected of other folders', async () => {
      written('readme', '')
      const error = await failure(folder)
      expect(error).to.include({ code: 'KPX1003', exit: 2 })
      expect(error.message).to.contain('capture.json')
    })

    it('says where an object is not JSON', async () => {
      written('nodes/a/notes', '')
      const places: Record<string, string> = {
        '{\n  "a": 1,\n}': '3:1',
        '{\n  "a": nope}': '2:9',
        '{\n  "a": [': '2:9',
        '{"a": "long enough to be cut by V8, I would think", "b": <html>, "c": "and more text behind"}': '1:58',
      }
      for (const [text, place] of Object.entries(places)) {
        written('objects/pods.json', text)
        const capture = await readCapture(folder)
        expect(() => [...(capture.list('pods') ?? [])], text)
          .to.throw(KpxError, `objects/pods.json:${place}: not JSON`)
          .with.property('code', 'KPX1008')
      }
    })

    it('reads JSON with a byte order mark', async () => {
      written('nodes/a/notes', '')
      written('objects/pods.json', '\ufeff{"items":[]}')
      expect([...((await readCapture(folder)).list('pods') ?? [0])]).to.deep.equal([])
    })
  })

  describe('of an archive', () => {
    const files = {
      'capture.json': '{"name":"packed","nodes":["n1","n2"]}',
      'nodes/n1/iptables-save.txt': '*nat\nCOMMIT\n',
      'objects/pods.json': '{"items":[]}',
    }
    const under = (top: string): Record<string, string> =>
      Object.fromEntries(Object.entries(files).map(([name, text]) => [top + name, text]))

    const expectPacked = (capture: Capture): void => {
      expect(capture).to.deep.include({ name: 'packed', nodes: ['n1', 'n2'] })
      expect(capture.files('n1')).to.deep.equal(['iptables-save.txt'])
      expect(capture.file('n1', 'iptables-save.txt')?.toString()).to.equal('*nat\nCOMMIT\n')
      expect([...(capture.list('pods') ?? [0])]).to.deep.equal([])
    }

    for (const top of ['', './', 'packed/', './packed/']) {
      it(`reads names that start with '${top}', with and without gzip`, async () => {
        const plain = await tar(under(top))
        expectPacked(await readCapture(written('a.tar', plain)))
        expectPacked(await readCapture(written('whatever', gzipSync(plain))))
      })
    }

    it('finds the capture beside other files, as macOS packs them', async () => {
      expectPacked(await readCapture(written('a.tgz', gzipSync(await tar({ '._packed': '', ...under('packed/') })))))
    })

    it('is the same as the folder that it was made of', async () => {
      const unpacked = await readCapture(recording)
      const names = unpacked.nodes.flatMap((node) => unpacked.files(node).map((file) => `nodes/${node}/${file}`))
      const content = names.map((name) => [name, readFileSync(join(recording, name), 'utf8')])
      const packed = await readCapture(written('a.tgz', gzipSync(await tar(Object.fromEntries(content)))))
      for (const node of unpacked.nodes) {
        expect(packed.files(node)).to.deep.equal(unpacked.files(node))
        for (const file of packed.files(node)) {
          expect(packed.file(node, file)?.equals(unpacked.file(node, file) ?? Buffer.of())).to.equal(true)
        }
      }
    })

    it('takes packed dumps as one node', async () => {
      const capture = await readCapture(written('worker.tar.gz', gzipSync(await tar({ 'x/iptables-save.txt': 'a' }))))
      expect(capture.nodes).to.deep.equal(['worker'])
      expect(capture.file('worker', 'iptables-save.txt')?.toString()).to.equal('a')
    })

    it('reports every kind of cut', async () => {
      const plain = await tar(under(''))
      const zipped = gzipSync(plain)
      const cuts = [plain.subarray(0, 512), plain.subarray(0, 700), plain.subarray(0, 1024), plain.subarray(0, 1600)]
      const broken = [...cuts, ...[30, zipped.length - 30, zipped.length - 4].map((end) => zipped.subarray(0, end))]
      for (const [i, bytes] of broken.entries()) {
        expect((await failure(written(`cut-${i}`, bytes))).code, `cut ${i}`).to.equal('KPX1004')
      }
    })

    it('reports damage', async () => {
      const zipped = gzipSync(await tar(under('')))
      zipped[zipped.length >> 1] = (zipped[zipped.length >> 1] ?? 0) ^ 0xff
      expect((await failure(written('damaged', zipped))).code).to.equal('KPX1004')
      expect((await failure(written('text.gz', gzipSync('just text'.repeat(200))))).code).to.equal('KPX1004')
    })

    it('ignores links and paths that lead elsewhere', async () => {
      const archive = pack()
      archive.entry({ name: 'nodes/a/iptables-save.txt' }, 'a')
      archive.entry({ name: 'nodes/a/../../../x' }, 'x')
      archive.entry({ name: 'nodes/a/passwd', type: 'symlink', linkname: '/etc/passwd' })
      archive.finalize()
      const capture = await readCapture(written('a.tar', await buffer(archive)))
      expect(capture.files('a')).to.deep.equal(['iptables-save.txt'])
    })
  })

  it('tells what is missing, what is something else and what is not for it to read', async () => {
    expect(await failure(join(folder, 'none'))).to.include({ code: 'KPX1002', exit: 2 })
    expect(await failure(join(written('file', 'text'), 'below'))).to.include({ code: 'KPX1002' })
    expect((await failure(written('empty', ''))).code).to.equal('KPX1003')
    expect((await failure(written('text', 'hello\n'.repeat(200)))).code).to.equal('KPX1003')
    cpSync(join(recording, 'truth.json'), join(folder, 'truth.json'))
    expect((await failure(join(folder, 'truth.json'))).code).to.equal('KPX1003')
  })
})
