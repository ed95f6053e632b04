/** What holds for every edit of every configuration, whatever its style. */
import { expect } from 'chai'
import fc from 'fast-check'
import { decode } from '../../../src/config/decode.ts'
import { readDocument } from '../../../src/config/document.ts'
import { changedFields } from '../../../src/config/edit/changed-fields.ts'
import { setField } from '../../../src/config/edit/set-field.ts'
import { unsetField } from '../../../src/config/edit/unset-field.ts'
import { fieldAt } from '../../../src/config/fields/index.ts'
import { valueOf } from '../../../src/config/node.ts'
import type { Node } from '../../../src/config/node.ts'
import { newestMinor } from '../../../src/config/version.ts'
import { minorOf } from '../../../src/version.ts'
import { KpxError } from '../../../src/error.ts'
import { assignments, styledTexts } from './arbitrary-style.ts'

const numRuns = Number(process.env['KPX_EDIT_RUNS'] ?? 300)

interface Count {
  all: number
  refused: number
}

/** The edited text, undefined where it is refused; anything but KPX2015 fails. */
function edited(edit: () => string): string | undefined {
  try {
    return edit()
  } catch (error) {
    if (error instanceof KpxError && error.code === 'KPX2015') return undefined
    throw error
  }
}

const rootOf = (text: string): Node | undefined => readDocument(text).root

/** What is at a path, and whether each section on the way is there. */
function at(
  text: string,
  path: string,
): { readonly value: Node | undefined; readonly sections: readonly (Node | undefined)[] } {
  const found: (Node | undefined)[] = []
  let node = rootOf(text)
  for (const name of path.split('.')) {
    node = node?.kind === 'mapping' ? valueOf(node, name) : undefined
    found.push(node)
  }
  return { value: node, sections: found.slice(0, -1) }
}

/** As kube-proxy's decoder has it, in the newest release with the field. */
function decoded(text: string, path: string): unknown {
  const [top = ''] = path.split('.')
  const field = fieldAt(path) ?? fieldAt(top)
  const { isJson, root } = readDocument(text)
  if (!field || root?.kind !== 'mapping') return undefined
  const minor = field.until === undefined ? newestMinor : minorOf(field.until)
  const value = decode(root, minor ?? newestMinor, isJson).values.get(field.path)?.value
  return field.path === 'featureGates' && path !== top && value instanceof Map
    ? value.get(path.slice(top.length + 1))
    : value
}

const bare = (path: string, value: string): string =>
  `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n${path
    .split('.')
    .map((name, i, names) => `${'  '.repeat(i)}${name}:${i === names.length - 1 ? ` ${value}\n` : '\n'}`)
    .join('')}`

const comments = (text: string): string[] => text.match(/# c\d+/g) ?? []

/** Whether a scalar's text begins on the line after its header, `|-`. */
const isBlock = (text: string, { start }: Node): boolean =>
  /(?:^|\s)[|>][-+\d]*(?:[ \t]+#[^\n]*)?\r?\n\s*$/.test(text.slice(0, start))

const linesOf = (text: string): string[] => text.split(/\r?\n/)

/** Whether the one has all lines of the other, in their order. */
function hasAll(lines: readonly string[], wanted: readonly string[]): boolean {
  let next = 0
  for (const line of lines) if (line === wanted[next]) next++
  return next === wanted.length
}

describe('edits of any configuration', () => {
  const counts = new Map<string, Count>()

  function counted<T>(style: string, hasAnchors: boolean, result: T | undefined): T | undefined {
    const key = `${style}${hasAnchors ? ' with anchors' : ''}`
    const count = counts.get(key) ?? { all: 0, refused: 0 }
    count.all++
    if (result === undefined) count.refused++
    counts.set(key, count)
    return result
  }

  const property = (
    check: (text: string, path: string, value: string, style: string, hasAnchors: boolean) => void,
  ): void =>
    fc.assert(
      fc.property(styledTexts, assignments, ({ hasAnchors, style, text }, { path, value }) =>
        check(text, path, value, style, hasAnchors),
      ),
      { numRuns },
    )

  it('set gives the value, and changes no other field', () => {
    property((text, path, value, style, hasAnchors) => {
      const after = counted(
        style,
        hasAnchors,
        edited(() => setField(text, path, value)),
      )
      if (after === undefined) return
      const alone = setField(bare(path, 'x'), path, value)
      expect(decoded(after, path)).to.deep.equal(decoded(alone, path))
      const others = changedFields(text, after).filter(
        (change) => change.path !== path && !change.path.startsWith(`${path}.`),
      )
      expect(others).to.deep.equal([])
    })
  })

  it('set changes nothing where the field has the value', () => {
    property((text, path, value) => {
      const after = edited(() => setField(text, path, value))
      if (after !== undefined) expect(setField(after, path, value)).to.equal(after)
    })
  })

  it('set keeps all comments, and of a block all lines but that of the key', () => {
    property((text, path, value, style, hasAnchors) => {
      const { sections, value: old } = at(text, path)
      const after = edited(() => setField(text, path, value))
      if (after === undefined) return
      // in a block scalar, what looks like a comment is text
      if (old === undefined || (old.kind === 'scalar' && !isBlock(text, old)))
        expect(comments(after).toSorted()).to.deep.equal(comments(text).toSorted())
      if (style !== 'block' || hasAnchors) return
      const inFlow = sections.some((one) => one?.kind === 'mapping' && text[one.start] === '{')
      const isNew = old === undefined && !inFlow && sections.every((one) => one === undefined || one.kind === 'mapping')
      if (isNew) expect(hasAll(linesOf(after), linesOf(text))).to.equal(true)
      if (old?.kind === 'scalar' && path !== 'featureGates' && !inFlow && !/[|>]-\r?\n/.test(text)) {
        const [before, now] = [linesOf(text), linesOf(after)]
        const start = before.findIndex((line, i) => line !== now[i])
        const end = before.length - 1 - before.toReversed().findIndex((line, i) => line !== now.at(-1 - i))
        if (start >= 0) expect(end - start).to.equal(0)
      }
    })
  })

  it('unset takes back what set added', () => {
    property((text, path, value, style) => {
      const { sections, value: old } = at(text, path)
      const wasThere = sections.every((one) => one?.kind === 'mapping')
      const isWhole = sections.every((one) => one === undefined || one.kind === 'mapping')
      const inFlow = style !== 'block' || sections.some((one) => one && text[one.start] === '{')
      if (old !== undefined || !(inFlow ? wasThere : isWhole)) return
      const after = edited(() => setField(text, path, value))
      if (after === undefined) return
      expect(unsetField(after, path)).to.equal(text)
    })
  })

  it('unset removes the field and keeps everything else', () => {
    property((text, path, _, style, hasAnchors) => {
      const after = counted(
        style,
        hasAnchors,
        edited(() => unsetField(text, path)),
      )
      if (after === undefined) return
      expect(at(after, path).value).to.equal(undefined)
      const others = changedFields(text, after).filter(
        (change) => change.path !== path && !change.path.startsWith(`${path}.`),
      )
      expect(others).to.deep.equal([])
      const { sections } = at(text, path)
      const inFlow = sections.some((one) => one && text[one.start] === '{')
      if (style === 'block' && !inFlow)
        expect(hasAll(linesOf(text), linesOf(after)) || !/[\r\n]$/.test(text)).to.equal(true)
    })
  })

  it('throws nothing but KpxError, whatever the text', () => {
    const places = fc.nat({ max: 600 })
    const units = fc.constantFrom(
      '',
      '\n',
      ' ',
      ':',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      '#',
      '-',
      '&',
      '*',
      '!',
      '|',
      '?',
      '\t',
      '\r',
      '\ufeff',
      '- ',
      ' #',
      ': ',
    )
    fc.assert(
      fc.property(styledTexts, assignments, places, units, ({ text }, { path, value }, at, unit) => {
        const broken = text.slice(0, at) + unit + text.slice(at + 1)
        for (const edit of [() => setField(broken, path, value), () => unsetField(broken, path)]) {
          try {
            edit()
          } catch (error) {
            if (!(error instanceof KpxError)) throw error
          }
        }
      }),
      { numRuns },
    )
  })

  after(() => {
    for (const [style, { all, refused }] of counts) {
      if (process.env['KPX_EDIT_RUNS'] !== undefined)
        process.stdout.write(`      ${style}: ${refused} of ${all} refused\n`)
      if (!style.includes('anchors')) expect(refused, style).to.equal(0)
    }
    const [all, refused] = ['all', 'refused'].map((name) =>
      [...counts.values()].reduce((sum, one) => sum + one[name as keyof Count], 0),
    )
    expect((refused ?? 0) / Math.max(all ?? 0, 1)).to.be.below(0.02)
  })
})
