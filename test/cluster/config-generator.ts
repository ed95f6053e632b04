/** Configurations by chance, the same for the same seed and number: mostly right, with typos, wrong values and odd YAML. */
import { fields } from '../../src/config/fields/index.ts'
import { gateNames } from '../../src/config/gates.ts'
import { Random } from '../fuzz/random.ts'
import { valueFor } from './config-values.ts'
import type { Written } from './config-values.ts'
import { writeJson, writeYaml } from './config-text.ts'

type Pair = readonly [string, Written]

/** The text of a configuration. */
export function generateConfig(seed: number, index: number): string {
  const random = new Random(seed, index)
  const pairs = shuffled([...head(random), ...body(random)], random)
  if (random.oneIn(10)) return writeJson({ pairs }, random)
  return odder(writeYaml(pairs, random), random)
}

const version = 'kubeproxy.config.k8s.io/v1alpha1'

function head(random: Random): Pair[] {
  const apiVersion = random.oneIn(40)
    ? random.pick([version.replace('1alpha', '1beta'), 'v1', '', 'a/b/c', 'kubeproxy.config.k8s.io/'])
    : version
  const kind = random.oneIn(40)
    ? random.pick(['KubeletConfiguration', '', 'kubeProxyConfiguration', 'ConfigMap'])
    : 'KubeProxyConfiguration'
  const names = random.oneIn(40) ? ['APIVersion', 'Kind'] : ['apiVersion', 'kind']
  const all: Pair[] = [
    [names[0] ?? '', { text: apiVersion }],
    [names[1] ?? '', { text: kind }],
  ]
  return random.oneIn(60) ? all.slice(random.below(2), 1) : all
}

/** Fields as a tree; many configurations have few, some have nearly all. */
function body(random: Random): Pair[] {
  const count = random.skewed(40)
  const tree = new Map<string, Map<string, unknown> | Written>()
  for (let i = 0; i < count; i++) {
    const field = random.pick(fields)
    const names = field.path.split('.').map((name) => (random.oneIn(40) ? misspelt(name, random) : name))
    place(tree as Tree, names, valueFor(field, gateNames, random))
  }
  if (random.oneIn(20)) tree.set(random.pick(['metadata', 'resourceContainer', 'foo', 'mode2']), { raw: '{name: x}' })
  if (random.oneIn(25))
    tree.set(random.pick(['iptables', 'ipvs', 'logging', 'conntrack']), {
      raw: random.pick(['null', 'x', '[]', '5', '{}']),
    })
  return pairsOf(tree as Tree, random)
}

type Tree = Map<string, Tree | Written>

function place(tree: Tree, [name = '', ...rest]: readonly string[], value: Written): void {
  if (rest.length === 0) {
    tree.set(name, value)
    return
  }
  const inside = tree.get(name)
  const subtree: Tree = inside instanceof Map ? inside : new Map<string, Tree | Written>()
  tree.set(name, subtree)
  place(subtree, rest, value)
}

function pairsOf(tree: Tree, random: Random): Pair[] {
  return [...tree].flatMap(([name, value]): Pair[] => {
    const pair: Pair = [name, value instanceof Map ? { pairs: pairsOf(value, random) } : value]
    return random.oneIn(60) ? [pair, pair] : [pair]
  })
}

function misspelt(name: string, random: Random): string {
  const at = random.below(name.length)
  const letter = name[at] ?? ''
  return random.pick([
    name.toLowerCase(),
    name.slice(0, at) + name.slice(at + 1),
    name.slice(0, at) +
      (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()) +
      name.slice(at + 1),
    `${name}s`,
  ])
}

function shuffled(pairs: readonly Pair[], random: Random): Pair[] {
  if (!random.oneIn(3)) return [...pairs]
  const rest = [...pairs]
  return pairs.flatMap(() => rest.splice(random.below(rest.length), 1))
}

/** What is around a document, or spoils it. */
function odder(text: string, random: Random): string {
  if (!random.oneIn(4)) return text
  return random.pick<(text: string) => string>([
    (one) => `---\n${one}`,
    (one) => `# comment\n\n--- # begins\n${one}---\nmode: ipvs\n`,
    (one) => `${one}---\n{bad\n`,
    (one) => `${one}...\nrest\n`,
    (one) => one.replaceAll('\n', '\r\n'),
    (one) => `\ufeff${one}`,
    (one) => `%YAML 1.1\n---\n${one}`,
    (one) => one.replace('\n', '\n\n   # more\n'),
    (one) => one.trimEnd(),
    (one) => one.replace(': ', ':\t'),
    (one) => one.replace(/\n(\w)/, '\n\t$1'),
    (one) => one.slice(0, random.below(one.length)),
    (one) => one.replace(/: (\w)/, ': @$1'),
    (one) => `${one}base: &b {syncPeriod: 7s}\nipvs: *b\n`,
    (one) => `${one}base: &b {syncPeriod: 7s, masqueradeBit: 3}\niptables:\n  <<: *b\n  minSyncPeriod: 2s\n`,
    (one) => `${one}x: *none\n`,
    (one) => `${one}? mode\n: ipvs\n`,
    (one) => `${one}1: a\ntrue: b\n`,
    (one) => `${one}~: a\n`,
    (one) => `${one}hostnameOverride: a\n  b\n\n  c\n`,
    (one) => `${one}hostnameOverride: |-\n  a\n   b\n`,
    (one) => `${one}hostnameOverride: >+\n  a\n  b\n\n`,
    (one) => `${one}hostnameOverride: "a\\\n  b\\x41\\u00e9"\n`,
    (one) => `${one}hostnameOverride: a: b\n`,
    (one) => `${one}mode: [ipvs\n`,
    (one) => `${one}   mode: ipvs\n`,
    (one) => `[${one}]`,
    () => random.pick(['', ' \n', '# nothing\n', 'null\n', 'text\n', '- a\n', '---\n---\n', '{}', '\u0000']),
  ])(text)
}
