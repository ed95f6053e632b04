/** Captures that were made to fill the memory, to wait for ever, or that this user may not read. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { pack } from 'tar-stream'
import { readInput } from '../../src/capture/input.ts'
import { readCapture } from '../../src/capture/read.ts'
import { KpxError } from '../../src/error.ts'

const nobody = 65534
const megabyte = 2 ** 20

describe('hostile captures', () => {
  let folder = ''

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kpx-hostile-'))
    chmodSync(folder, 0o755)
  })

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  async function failure(read: () => Promise<unknown>): Promise<KpxError> {
    try {
      await read()
    } catch (error) {
      if (error instanceof KpxError) return error
      throw error
    }
    throw new Error('it was read')
  }

  const written = (name: string, content: Buffer | string = ''): string => {
    const path = join(folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  const sparse = (name: string, bytes: number): string => {
    const path = written(name)
    truncateSync(path, bytes)
    return path
  }

  /** As a user without rights, where the tests run as one who has all. */
  async function unprivileged<T>(ask: () => Promise<T>): Promise<T> {
    if (process.getuid?.() !== 0) return ask()
    process.seteuid?.(nobody)
    try {
      return await ask()
    } finally {
      process.seteuid?.(0)
    }
  }

  it('that unpack to a thousand times their size are not unpacked to their end', async () => {
    const archive = pack()
    archive.entry({ name: 'nodes/n/iptables-save.txt' }, Buffer.alloc(100 * megabyte))
    archive.finalize()
    const path = written('bomb.tar.gz', gzipSync(await buffer(archive)))
    const error = await failure(() => readCapture(path))
    expect(error).to.include({ code: 'KPX1011', exit: 2 })
    expect(error.message).to.match(/bomb\.tar\.gz unpacks to more than 64 MiB$/)
  })

  it('with files larger than any dump are not read', async () => {
    sparse('nodes/n/iptables-save.txt', 10_000 * megabyte)
    const capture = await readCapture(folder)
    expect(() => capture.file('n', 'iptables-save.txt'))
      .to.throw(KpxError, 'iptables-save.txt is larger than 496 MiB')
      .with.property('code', 'KPX1011')
    expect(await failure(() => readInput('/dev/zero'))).to.include({ code: 'KPX1011' })
  })

  it('that are pipes or devices are not waited for', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/null', '/dev/zero']) {
      expect((await failure(() => readCapture(path))).code, path).to.equal('KPX1003')
    }
    written('nodes/n/iptables-save.txt')
    execFileSync('mkfifo', [join(folder, 'nodes/n/ipset-save.txt')])
    expect((await readCapture(folder)).file('n', 'ipset-save.txt')).to.equal(undefined)
  })

  it('that this user may not read say which file, and that it is the permission', async () => {
    const path = written('nodes/n/iptables-save.txt')
    const file = async () => (await readCapture(folder)).file('n', 'iptables-save.txt')
    for (const locked of [path, join(folder, 'nodes/n'), folder]) {
      chmodSync(locked, 0)
      const error = await failure(() => unprivileged(file))
      chmodSync(locked, 0o755)
      expect(error, locked).to.include({ code: 'KPX1002', exit: 2 })
      expect(error.message).to.contain(locked).and.to.contain('permission denied')
    }
    chmodSync(path, 0)
    expect((await failure(() => unprivileged(() => readInput(path)))).message).to.match(/: permission denied$/)
  })

  it('and names that are none say so', async () => {
    expect((await failure(() => readCapture(''))).message).to.equal('capture "" does not exist')
    expect((await failure(() => readCapture('x'.repeat(5000)))).code).to.equal('KPX1002')
    expect((await failure(() => readCapture('a\0b'))).code).to.equal('KPX1002')
    expect((await failure(() => readInput(''))).message).to.equal('"" cannot be read: it does not exist')
    expect((await failure(() => readInput(folder))).message).to.match(/: it is a folder$/)
    expect((await failure(() => readInput('a\0b'))).code).to.equal('KPX1008')
  })
})
