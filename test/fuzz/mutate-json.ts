/** The same for JSON's values, since damaged bytes are mostly no JSON any more: other types, names, sizes and depths. */
import type { Random } from './random.ts'

type Container = Record<string, unknown> | unknown[]

const isContainer = (value: unknown): value is Container => typeof value === 'object' && value !== null

/** A document like this one with one to a few of its values changed. */
export function mutateJson(text: string, random: Random, words: readonly string[]): string {
  const root: { value: unknown } = { value: JSON.parse(text) }
  for (let left = random.skewed(8); left > 0; left--) change(containerIn(root, random), random, words)
  return stringified(root.value)
}

/** Too deep to be written is a document as well. */
function stringified(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    return '[[['
  }
}

/** Goes down from the root, and stops by chance. */
function containerIn(root: Container, random: Random): Container {
  let at: Container = root
  for (;;) {
    const inner = Object.values(at).filter(isContainer)
    if (inner.length === 0 || (at !== root && random.oneIn(4))) return at
    at = random.pick(inner)
  }
}

function change(container: Container, random: Random, words: readonly string[]): void {
  const keys = Object.keys(container)
  const key = random.pick(keys)
  if (key === undefined) return
  const values = container as Record<string, unknown>
  const value = values[key]
  const how = random.below(5)
  if (how === 0) delete values[key]
  else if (how === 1) values[key] = random.pick(strangeValues)(words, random)
  else if (how === 2) values[key] = values[random.pick(keys)]
  else if (how === 3) values[key] = nested(value, random)
  else if (Array.isArray(container)) for (let left = random.skewed(60); left > 0; left--) container.push(value)
  else define(values, random.oneIn(2) ? random.pick(words) : random.pick(strangeNames), value)
}

/** As JSON.parse does it: `__proto__` is a name like any other. */
const define = (values: object, key: string, value: unknown): void =>
  void Object.defineProperty(values, key, { value, enumerable: true, writable: true, configurable: true })

const strangeNames = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '', '\u001b[2J', '0']

const strangeValues: readonly ((words: readonly string[], random: Random) => unknown)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1.5,
  () => 2 ** 32,
  () => 1e308,
  () => '',
  () => [],
  () => ({}),
  () => [[]],
  () => [null],
  () => ({ constructor: 1 }),
  () => '\u001b[31m\u202e\u0000\n',
  () => 'x'.repeat(3000),
  (words, random) => random.pick(words),
  (_, random) => random.pick(strangeNames),
]

const wraps: readonly ((value: unknown) => unknown)[] = [
  (value) => [value],
  (value) => ({ '|': [value, 1] }),
  (value) => ({ concat: [value, value === undefined] }),
  (value) => ({ set: [value] }),
  (value) => ({ elem: { val: value } }),
  (value) => ({ map: { key: value, data: '@x' } }),
]

function nested(value: unknown, random: Random): unknown {
  let around = value
  const wrap = random.pick(wraps)
  for (let left = random.skewed(300); left > 0; left--) around = wrap(around)
  return around
}
