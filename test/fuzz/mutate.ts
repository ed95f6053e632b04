/** Ways to damage a file: what broken disks, terminals, editors, copies and ill will do to it. */
import type { Random } from './random.ts'

/** Bytes; a mutation that would make more is cut. */
const longest = 1 << 15

export interface Material {
  /** Words of the format. */
  readonly words: readonly string[]
  /** Another whole file, of any format. */
  readonly other: () => Buffer
}

type Mutation = (bytes: Buffer, random: Random, material: Material) => Buffer

/** One to a few of the mutations, one after the other. */
export function mutate(bytes: Buffer, random: Random, material: Material): Buffer {
  let mutated = bytes
  for (let left = random.skewed(8); left > 0; left--) {
    mutated = random.pick(mutations)(mutated, random, material).subarray(0, longest)
  }
  return mutated
}

/** `[from, to)` is replaced. */
const replaced = (bytes: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)])

function range(bytes: Buffer, random: Random): readonly [number, number] {
  const from = random.below(bytes.length + 1)
  return [from, Math.min(bytes.length, from + random.skewed(bytes.length + 1))]
}

/** Where a word is that holds the byte at a random place: between blanks, line ends and punctuation. */
function wordRange(bytes: Buffer, random: Random): readonly [number, number] {
  const inWord = (at: number): boolean => !separators.has(bytes[at] ?? newline)
  let from = random.below(bytes.length)
  let to = from
  while (from > 0 && inWord(from - 1)) from--
  while (to < bytes.length && inWord(to)) to++
  return [from, to]
}

const newline = 10
const separators = new Set(Buffer.from(' \t\r\n,:;{}[]()"'))

const repeated = (text: string, times: number): Buffer =>
  Buffer.from(text.repeat(Math.min(times, Math.ceil(longest / Math.max(text.length, 1)))))

const insert = (bytes: Buffer, random: Random, text: Buffer): Buffer => {
  const at = random.below(bytes.length + 1)
  return replaced(bytes, at, at, text)
}

/** Lines with their ends. */
function lines(bytes: Buffer, change: (lines: string[]) => void): Buffer {
  const list = bytes.toString('latin1').split(/(?<=\n)/)
  change(list)
  return Buffer.from(list.join(''), 'latin1')
}

const hugeNumbers = [
  '-1',
  '0',
  '00000000000000000000',
  '4294967295',
  '4294967296',
  '9007199254740993',
  '18446744073709551616',
  '1e308',
  '0.1',
  '0xffffffffffffffff',
  'NaN',
  '9'.repeat(400),
]

const openings = ['(', '{', '[', '{ ', '[[', '{"a":', '"', "'", '<', '! ', '\\', '* (']
const controls = [
  '\0',
  '\u001b[31m',
  '\u009b2J',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\r',
  '\n',
  '\t',
  '\u007f',
  '\ud800',
  'é',
]

/** By name, for reports. */
const mutations: readonly Mutation[] = [
  // bits, bytes, and pieces
  (bytes, random) => {
    const copy = Buffer.from(bytes)
    for (let left = random.skewed(16); left > 0 && copy.length > 0; left--) {
      const at = random.below(copy.length)
      copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8))
    }
    return copy
  },
  (bytes, random) =>
    insert(bytes, random, Buffer.from(Array.from({ length: random.skewed(64) }, () => random.below(256)))),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  (bytes, random) => replaced(bytes, ...range(bytes, random), Buffer.of()),
  (bytes, random) => {
    const [from, to] = range(bytes, random)
    const times = Math.min(random.skewed(200), Math.floor(longest / (to - from + 1)))
    return insert(bytes, random, Buffer.concat(Array.from({ length: times }, () => bytes.subarray(from, to))))
  },
  // two files in one
  (bytes, random, { other }) => {
    const file = other()
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length + 1)),
      file.subarray(random.below(file.length + 1)),
    ])
  },
  (bytes, random, { other }) => {
    const file = other()
    return insert(bytes, random, file.subarray(...range(file, random)))
  },
  // words
  (bytes, random, { words }) => insert(bytes, random, Buffer.from(` ${random.pick(words)} `)),
  (bytes, random, { words }) => replaced(bytes, ...wordRange(bytes, random), Buffer.from(random.pick(words))),
  (bytes, random) => replaced(bytes, ...wordRange(bytes, random), Buffer.of()),
  (bytes, random) => replaced(bytes, ...wordRange(bytes, random), Buffer.from(random.pick(hugeNumbers))),
  (bytes, random) => replaced(bytes, ...wordRange(bytes, random), bytes.subarray(...wordRange(bytes, random))),
  (bytes, random, { words }) =>
    insert(
      bytes,
      random,
      repeated(`${random.pick(words)}${random.pick([' ', ',', ' . ', ' | ', '\n', ''])}`, random.skewed(4000)),
    ),
  (bytes, random) => insert(bytes, random, repeated(random.pick(openings), random.skewed(4000))),
  (bytes, random) => insert(bytes, random, repeated(random.pick(controls), random.skewed(16))),
  // lines
  (bytes, random) =>
    lines(bytes, (list) => {
      const [a, b] = [random.below(list.length), random.below(list.length)]
      const first = list[a] ?? ''
      list[a] = list[b] ?? ''
      list[b] = first
    }),
  (bytes, random) => lines(bytes, (list) => list.splice(random.below(list.length), random.skewed(10))),
  (bytes, random) =>
    lines(bytes, (list) => {
      const at = random.below(list.length)
      list.splice(at, 0, ...Array.from({ length: random.skewed(100) }, () => list[at] ?? ''))
    }),
  (bytes, random) =>
    lines(bytes, (list) => {
      const at = random.below(list.length)
      list[at] = (list[at] ?? '').replace('\n', ' ')
    }),
  // encodings
  (bytes, random) => {
    const text = bytes.toString('latin1')
    return random.pick([
      () => Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'),
      () => Buffer.from(text.replaceAll('\n', '\r'), 'latin1'),
      () => Buffer.from(text.replaceAll('\n', ' '), 'latin1'),
      () => Buffer.from(`\ufeff${text}`, 'utf16le'),
      () => Buffer.from(`\ufeff${text}`, 'utf8'),
    ])()
  },
]
