/** Configurations in whatever style of YAML or JSON somebody may have written them, and edits of them. */
import fc from 'fast-check'
import { fields } from '../../../src/config/fields/index.ts'
import type { Field } from '../../../src/config/field.ts'
import { kubeadm } from './kubeadm.ts'

export interface StyledText {
  readonly text: string
  readonly style: 'block' | 'flow' | 'json'
  readonly hasAnchors: boolean
}

type Tree = readonly Tree[] | string | { readonly [name: string]: Tree } | { readonly raw: string }

/** One of what the generator has to choose from. */
type Choose = <T>(...all: readonly T[]) => T

const texts = [
  '',
  'ipvs',
  'a b',
  'true',
  '10.0.0.0/8',
  '::',
  "it's",
  'x: y',
  '010',
  'null',
  '[::1]:10249',
  '- a',
  '#c',
  'say "a"',
  '\u00e9',
  '*',
  '%',
]

/** What may be typed as the value of a field. */
function typedValues({ type }: Pick<Field, 'type'>): readonly string[] {
  if (type === 'boolean') return ['true', 'false', 'yes']
  if (type === 'string') return texts
  if (type === 'duration' || type === 'nanoseconds') return ['30s', '0', '1h30m', '0s', '5m0s']
  if (type === 'quantity') return ['512', '2Ki', '0']
  if (type === 'strings')
    return [
      '',
      '10.0.0.0/8',
      '10.0.0.0/8,fd00::/8',
      'primary',
      '[10.0.0.0/8, "::/0"]',
      '1.0.0.0/8,10.0.0.0/8,2.0.0.0/8',
      'yes,5,a b',
    ]
  if (type === 'gates') return ['', 'A=true', 'A=false,B=true', '{B: true, C: false}', 'C=true,A=true,D=no']
  if (type === 'vmodule') return ['', 'a*=4', 'a*=5,b=2', '[{filePattern: a*, verbosity: 4}]', 'b=2,c=1']
  return ['0', '14', '-5', '0x10', '1_000']
}

/** Decisions, of which each shrinks towards the first of what there is to choose from. */
const chosen = fc.uint16Array({ minLength: 500, maxLength: 500 }).map((decisions): Choose => {
  let at = 0
  return <T>(...all: readonly T[]): T => all[(decisions[at++] ?? 0) % all.length] as T
})

/** A field of any release, or one feature gate. */
export const assignments: fc.Arbitrary<{ readonly path: string; readonly value: string }> = chosen.map((choose) => {
  const field = choose(...fields)
  if (field.type === 'gates' && choose(true, false)) {
    return { path: `featureGates.${choose('A', 'B', 'Z')}`, value: choose('true', 'false', 'yes') }
  }
  return { path: field.path, value: choose(...typedValues(field)) }
})

export const styledTexts: fc.Arbitrary<StyledText> = chosen.map((choose) => new Writer(choose).styled())

const some = [
  'mode',
  'iptables',
  'nodePortAddresses',
  'conntrack',
  'featureGates',
  'logging',
  'ipvs',
  'bindAddress',
  'oomScoreAdj',
  'detectLocal',
  'clusterCIDR',
  'unknown',
  'Mode',
]

class Writer {
  readonly #choose: Choose
  readonly #break: string
  #unit = 2
  #comments = 0
  #anchors = 0
  #hasAnchors = false
  /** Anchors that an alias may name: those before it that are complete. */
  readonly #texts: string[] = []
  readonly #sections: string[] = []

  constructor(choose: Choose) {
    this.#choose = choose
    this.#break = choose('\n', '\n', '\n', '\r\n')
  }

  styled(): StyledText {
    const style = this.#choose('block', 'block', 'block', 'flow', 'json')
    this.#unit = this.#choose(1, 2, 2, 2, 3, 4, 8)
    this.#hasAnchors = style !== 'json' && this.#choose(true, false, false)
    if (style === 'block' && this.#choose(true, false, false, false, false, false))
      return this.#finished('block', kubeadm.trimEnd().split('\n'))
    const tree = this.#tree()
    if (style === 'json') return { text: this.#json(tree), style, hasAnchors: false }
    const lines = style === 'block' ? this.#mapping(tree, '') : [`${this.#flow(tree)}${this.#remark()}`]
    return this.#finished(style, lines)
  }

  #finished(style: 'block' | 'flow', lines: readonly string[]): StyledText {
    const start =
      style === 'flow'
        ? this.#choose(['---'], ['# flow'], ['# a', '---'])
        : this.#choose([], [], ['---'], ['# head', '---'], ['# head'], ['# head', ''], ['%YAML 1.1', '---'])
    const end = this.#choose(
      [],
      [],
      [],
      ['---', 'second: 1'],
      ['...'],
      ['# end'],
      ['---', '# nothing', 'iptables:', '  masqueradeBit: 3'],
    )
    const text = [...start, ...lines, ...end].flatMap((line) => line.split('\n')).join(this.#break)
    const isOpen = this.#choose(true, false, false, false)
    return { text: text + (isOpen ? '' : this.#break), style, hasAnchors: this.#anchors > 0 }
  }

  #tree(): Record<string, Tree> {
    const names = some.filter(() => this.#choose(true, false))
    const ordered = this.#choose(true, false) ? names.sort() : names
    const own = Object.fromEntries(ordered.map((name) => [name, this.#valueOf(name)]))
    const head = { apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration' }
    return this.#choose(true, true, false) ? { ...head, ...own } : { ...own, ...head }
  }

  #valueOf(path: string): Tree {
    const field = fields.find((one) => one.path === path)
    if (path === 'unknown')
      return this.#choose<Tree>('x', ['a', 'b'], { mode: 'x', c: ['d'] }, { raw: '[]' }, [{ a: 'b', c: 'd' }])
    if (path === 'featureGates')
      return this.#choose<Tree>(
        { raw: '{}' },
        { raw: '' },
        { A: { raw: 'true' } },
        { A: { raw: 'yes' }, B: { raw: 'false' } },
      )
    if (path === 'logging.vmodule')
      return this.#choose<Tree>(
        { raw: '[]' },
        [{ filePattern: 'a*', verbosity: { raw: '4' } }],
        [
          { filePattern: 'a*', verbosity: { raw: '3' } },
          { filePattern: 'b', verbosity: { raw: '2' } },
        ],
      )
    if (field?.type === 'strings')
      return this.#choose<Tree>(
        { raw: '[]' },
        { raw: 'null' },
        ['10.0.0.0/8'],
        ['10.0.0.0/8', 'primary', '::/0'],
        ['a', 'a'],
      )
    if (field) {
      if (this.#choose(true, false, false, false)) return { raw: this.#choose('', 'null', '~') }
      const value = this.#choose(...typedValues(field))
      return field.type === 'string' || field.type === 'duration' ? value : { raw: value }
    }
    const inside = this.#inside(path)
    if (path === 'Mode' || inside.length === 0) return this.#choose(...texts)
    if (this.#choose(true, false, false, false, false)) return { raw: this.#choose('', '{}', 'null', '{ }') }
    const names = inside.filter(() => this.#choose(true, false))
    const kept = names.length > 0 ? names : inside.slice(0, 1)
    return Object.fromEntries(kept.map((name) => [name, this.#valueOf(`${path}.${name}`)]))
  }

  #inside(path: string): string[] {
    const below = fields.filter((one) => one.path.startsWith(`${path}.`))
    return [...new Set(below.map((one) => one.path.slice(path.length + 1).split('.')[0] ?? ''))]
  }

  #mapping(tree: Record<string, Tree>, indent: string): string[] {
    const lines: string[] = []
    for (const [name, value] of Object.entries(tree)) {
      lines.push(...this.#between(indent), ...this.#entry(name, value, indent))
      const isTwice = typeof value === 'string' && this.#choose(...Array<boolean>(15).fill(false), true)
      if (isTwice && !['apiVersion', 'kind'].includes(name)) lines.push(...this.#entry(name, 'ipvs', indent))
      if (typeof value === 'object' && !('raw' in value))
        lines.push(...this.#choose([], [], [], [`${indent}${' '.repeat(this.#unit)}# c${this.#comments++}`]))
    }
    return lines
  }

  #between(indent: string): string[] {
    const comment = (): string => `# c${this.#comments++}`
    return this.#choose(
      () => [],
      () => [],
      () => [],
      () => [''],
      () => [indent + comment()],
      () => [indent + comment(), indent + comment()],
      () => [`${indent}   ${comment()}`],
      () => [comment(), ''],
    )()
  }

  #entry(name: string, value: Tree, indent: string): string[] {
    const written = this.#choose(name, name, name, name, `"${name}"`)
    const key = `${indent}${written}${this.#choose(':', ':', ':', ' :')}`
    const isRaw = typeof value === 'object' && 'raw' in value
    if (typeof value === 'string' || isRaw || this.#choose(true, false, false, false, false)) {
      const text = this.#scalarOrFlow(value, indent)
      return [
        `${key}${text === '' ? '' : this.#choose(' ', ' ', ' ', '   ')}${text}${/[|>]-?\n/.test(text) ? '' : this.#remark()}`,
      ]
    }
    const anchor = this.#anchor()
    const first = `${key}${anchor === '' ? '' : ` ${anchor}`}${this.#remark()}`
    const inner = indent + ' '.repeat(this.#unit)
    if (!Array.isArray(value)) return [first, ...this.#section(value as Record<string, Tree>, inner, anchor)]
    return [first, ...this.#items(value as readonly Tree[], this.#choose(inner, inner, indent))]
  }

  #section(value: Record<string, Tree>, indent: string, anchor: string): string[] {
    const merged = this.#sections.at(-1)
    const merge = merged !== undefined && this.#choose(true, false, false) ? [`${indent}<<: *${merged}`] : []
    const lines = this.#mapping(value, indent)
    if (anchor !== '') this.#sections.push(anchor.slice(1))
    return this.#choose(true, true, false) ? [...merge, ...lines] : [...lines, ...merge]
  }

  #items(items: readonly Tree[], indent: string): string[] {
    const dash = this.#choose('- ', '- ', '-  ', '-    ')
    const inner = indent + ' '.repeat(dash.length)
    return items.flatMap((item) => {
      const above = this.#choose([], [], [`${indent}# c${this.#comments++}`])
      const isMapping = typeof item === 'object' && !Array.isArray(item) && !('raw' in item)
      if (!isMapping) return [...above, `${indent}${dash}${this.#scalarOrFlow(item, inner)}${this.#remark()}`]
      const pairs = Object.entries(item).map(([name, value]) => `${name}: ${this.#scalarOrFlow(value, inner)}`)
      return [...above, ...pairs.map((pair, i) => `${indent}${i === 0 ? dash : ' '.repeat(dash.length)}${pair}`)]
    })
  }

  #remark(): string {
    const before = this.#choose('', '', '', ' ', '   ')
    return before === '' ? '' : `${before}# c${this.#comments++}`
  }

  #anchor(): string {
    return this.#hasAnchors && this.#choose(true, false, false, false) ? `&a${this.#anchors++}` : ''
  }

  #scalarOrFlow(value: Tree, indent: string): string {
    if (typeof value === 'string') return this.#text(value, indent)
    if ('raw' in value && typeof value.raw === 'string') return value.raw
    return this.#flow(value)
  }

  #text(value: string, indent: string): string {
    const known = this.#texts.at(-1)
    if (
      known !== undefined &&
      !value.toLowerCase().startsWith('kube') &&
      this.#choose(true, false, false, false, false)
    )
      return `*${known}`
    const anchor = this.#anchor()
    if (anchor !== '') this.#texts.push(anchor.slice(1))
    const isWord = /^[a-z][a-z ]*$/.test(value) && value !== 'true' && value !== 'null'
    const inner = `${indent} ${' '.repeat(this.#unit)}`
    const ways = [JSON.stringify(value), `'${value.replaceAll("'", "''")}'`]
    if (isWord || /^[\d.]+\/\d+$/.test(value) || value.startsWith('kubeproxy') || value.startsWith('Kube'))
      ways.push(value, value, value)
    if (isWord) ways.push(`|-\n${inner}${value}`, `>-\n${inner}${value}`)
    return `${anchor === '' ? '' : `${anchor} `}${this.#choose(...ways)}`
  }

  #flow(value: Tree): string {
    if (typeof value === 'string') return JSON.stringify(value)
    if ('raw' in value && typeof value.raw === 'string') return value.raw === '' ? 'null' : value.raw
    const tight = this.#choose(', ', ', ', ',\n    ', ',  ')
    const trailing = this.#choose('', '', ',', ' ')
    const parts = Array.isArray(value)
      ? (value as readonly Tree[]).map((item) => this.#flow(item))
      : Object.entries(value).map(([name, one]) => `${name}: ${this.#flow(one)}`)
    const inside = parts.join(tight) + (parts.length > 0 ? trailing : '')
    const pad = this.#choose('', '', ' ', '\n    ')
    return Array.isArray(value) ? `[${pad}${inside}${pad}]` : `{${pad}${inside}${pad}}`
  }

  #json(tree: Tree): string {
    const indent = this.#choose<number | string | undefined>(undefined, undefined, 1, 2, 4, '\t')
    const text = JSON.stringify(plain(tree), undefined, indent)
    const spaced = typeof indent === 'undefined' && this.#choose(true, false) ? this.#spaced(text) : text
    return spaced.replaceAll('\n', this.#break) + this.#choose('', '\n')
  }

  #spaced(text: string): string {
    return text.replaceAll(/("(?:[^"\\]|\\.)*")|([:,])/g, (whole, quoted: string | undefined) => quoted ?? `${whole} `)
  }
}

/** Numbers of YAML's kinds become texts: the edits do not mind. */
function plain(tree: Tree): unknown {
  if (typeof tree === 'string') return tree
  if ('raw' in tree && typeof tree.raw === 'string') {
    if (tree.raw === '{}' || tree.raw === '{ }') return {}
    if (tree.raw === '[]') return []
    if (['', 'null', '~'].includes(tree.raw)) return null
    if (/^-?[1-9]\d*$|^0$/.test(tree.raw)) return Number(tree.raw)
    return tree.raw === 'true' || tree.raw === 'false' ? tree.raw === 'true' : tree.raw
  }
  if (Array.isArray(tree)) return (tree as readonly Tree[]).map(plain)
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, plain(value)]))
}
