import { expect } from 'chai'
import { UnreadableText } from '../../src/config/node.ts'
import type { Node, Scalar } from '../../src/config/node.ts'
import { parseYaml } from '../../src/config/yaml.ts'

function plain(node: Node | undefined): unknown {
  if (node?.kind === 'mapping') return Object.fromEntries(node.entries.map(({ name, value }) => [name, plain(value)]))
  if (node?.kind === 'sequence') return node.items.map(plain)
  return node === undefined ? undefined : bare(node.scalar)
}

function bare(scalar: Scalar): unknown {
  if (scalar.type === 'null') return null
  return scalar.type === 'number' ? `#${scalar.literal}` : scalar.value
}

const valueOf = (text: string): unknown => (plain(parseYaml(`a: ${text}\n`)) as { a: unknown }).a

describe('parseYaml', () => {
  // confirmed with sigs.k8s.io/yaml
  const scalars: Record<string, unknown> = {
    yes: true,
    n: false,
    Off: false,
    TRUE: true,
    tRUE: 'tRUE',
    null: null,
    '~': null,
    '': null,
    NULL: null,
    '010': '#8',
    '0o17': '#15',
    '0x1F': '#31',
    '0b101': '#5',
    '-0b101': '#-5',
    '1_000': '#1000',
    '08': '#8',
    '+7': '#7',
    '1e1': '#10',
    '5.0': '#5',
    '.5': '#0.5',
    '1.5': '#1.5',
    '1e21': '#1e+21',
    '1e999': '1e999',
    '1:30': '1:30',
    '18446744073709551615': '#18446744073709551615',
    '18446744073709551616': '#18446744073709552000',
    '2001-01-01': '2001-01-01',
    '"5"': '5',
    "'it''s'": "it's",
    '!!str 5': '5',
    '!!int "7"': '#7',
    '!foo 5': '5',
    '!!float 5': '#5',
    '!!binary aGk=': 'hi',
    '"\\x41\\u00e9"': 'A\u00e9',
    'a b': 'a b',
    '-': '-',
    '1 s': '1 s',
  }
  for (const [text, value] of Object.entries(scalars)) {
    if (text === '-') continue
    it(`reads ${JSON.stringify(text)}`, () => expect(valueOf(text)).to.deep.equal(value))
  }

  for (const text of [
    '.inf',
    '.nan',
    '!!int x',
    '!!binary ?',
    '*none',
    '&x [*x]',
    '{~: 1}',
    '{[a]: 1}',
    '[a',
    '"a',
    '@a',
    'b: c',
    '{<<: 5}',
  ]) {
    it(`refuses ${text}`, () => expect(() => valueOf(text)).to.throw(UnreadableText))
  }

  for (const text of [
    '%YAML 1.2\n---\na: b\n',
    '%FOO\n---\na: b\n',
    'a: b\n\t\nc: d\n',
    'a:\n\t# x\n  b: c\n',
    'a: [b?c]\n',
    'a: |\n  b\n \tc\n',
    '- a\n-\tb\n',
    'a: "\\/"\n',
  ]) {
    it(`refuses what go-yaml refuses: ${JSON.stringify(text)}`, () =>
      expect(() => parseYaml(text)).to.throw(UnreadableText))
  }

  for (const text of [
    '%YAML 1.1\n---\na: b\n',
    'a: "b\n\tc"\n',
    'a: [b,\n\tc]\n',
    'a: |\n  b\n  \tc\n',
    'a:\tb\n',
    'a:\t{b: c}\n',
    'a: b?c\n',
  ]) {
    it(`takes what go-yaml takes: ${JSON.stringify(text)}`, () => expect(() => parseYaml(text)).not.to.throw())
  }

  it('needs no indent inside of brackets and quotes, and still knows the places', () => {
    const text = 'x:\n  a: [\n1,\n{b:\n"c"}\n]\n  d: "e\nf"\n  g: h\n'
    const root = parseYaml(text)
    expect(plain(root)).to.deep.equal({ x: { a: ['#1', { b: 'c' }], d: 'e f', g: 'h' } })
    const [x] = root?.kind === 'mapping' ? root.entries : []
    const inside = x?.value.kind === 'mapping' ? x.value.entries : []
    expect(inside.map(({ key }) => key.start)).to.deep.equal([
      text.indexOf('a:'),
      text.indexOf('d:'),
      text.indexOf('g:'),
    ])
    expect(inside.slice(1).map(({ value }) => text.slice(value.start, value.end))).to.deep.equal(['"e\nf"', 'h'])
  })

  it('points at the first place where brackets do not end', () => {
    expect(() => parseYaml('mode: [ipvs\niptables: {}\n')).to.throw(UnreadableText, 'indentation')
  })

  it('follows aliases and merges, of which the last key counts', () => {
    expect(
      plain(parseYaml('a: &x {b: 1, c: 2}\nd: *x\ne: {b: 3, <<: *x}\nf: {<<: [*x, {b: 9}], c: 4}\n')),
    ).to.deep.equal({
      a: { b: '#1', c: '#2' },
      d: { b: '#1', c: '#2' },
      e: { b: '#1', c: '#2' },
      f: { b: '#1', c: '#4' },
    })
  })

  it('knows where everything stands', () => {
    const text = 'mode: "ipvs" # c\niptables:\n  masqueradeBit:   14\nempty:\nlist: [a,\n  \'b\']\n'
    const root = parseYaml(text)
    const shown = (node: Node): unknown => {
      if (node.kind === 'mapping')
        return node.entries.map(({ key, value }) => [text.slice(key.start, key.end), shown(value)])
      if (node.kind === 'sequence') return node.items.map(shown)
      return text.slice(node.start, node.end)
    }
    expect(root && shown(root)).to.deep.equal([
      ['mode', '"ipvs"'],
      ['iptables', [['masqueradeBit', '14']]],
      ['empty', ''],
      ['list', ['a', "'b'"]],
    ])
  })
})
