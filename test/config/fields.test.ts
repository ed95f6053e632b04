/** The field table, and the README's table that is made from it. `UPDATE_GOLDEN=1` writes that anew. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { complete, defaultOf } from '../../src/config/complete.ts'
import { fields } from '../../src/config/fields/index.ts'
import { gateNames, gateState } from '../../src/config/gates.ts'
import { newestMinor } from '../../src/config/version.ts'
import { minorOf } from '../../src/version.ts'
import { root } from '../kpx.ts'

const minors = Array.from({ length: newestMinor - 18 }, (_, i) => 19 + i)

describe('the field table', () => {
  it('has each path once, and a sentence for it', () => {
    const paths = fields.map(({ path }) => path)
    expect(paths).to.deep.equal([...new Set(paths)].sort())
    for (const { does, notes = [], path } of fields)
      for (const text of [does, ...notes]) expect(text, path).to.match(/^[A-Z0-9a-z].*\.$/)
  })

  it('refuses no default, in any release', () => {
    for (const minor of minors) {
      const settings = complete(new Map(), 'file', minor)
      for (const { path, rules = [] } of fields) {
        const value = settings.get(path)?.value
        const inForce = rules.filter(
          ({ since, until }) => minor >= (minorOf(since ?? '1.0') ?? 0) && minor <= (minorOf(until ?? '1.999') ?? 0),
        )
        if (value !== undefined)
          expect(
            inForce.flatMap((rule) => rule.refusals(value, settings)),
            `${path} 1.${minor}`,
          ).to.deep.equal([])
      }
    }
  })

  it('has a default of the type of its field', () => {
    const ofType: Record<string, string> = {
      boolean: 'boolean',
      duration: 'bigint',
      float32: 'number',
      int32: 'number',
      nanoseconds: 'bigint',
      quantity: 'string',
      string: 'string',
      uint32: 'number',
    }
    for (const field of fields)
      if (ofType[field.type]) expect(typeof defaultOf(field), field.path).to.equal(ofType[field.type])
  })

  it('names other fields by their paths', () => {
    for (const { needs, path } of fields)
      if (needs)
        expect(
          fields.map((one) => one.path),
          path,
        ).to.include(needs.field)
  })
})

describe('feature gates', () => {
  it('have a state in some release, and none before the first or after the last', () => {
    for (const name of gateNames)
      expect(
        minors.some((minor) => gateState(name, minor) !== undefined),
        name,
      ).to.equal(true)
    expect(gateState('NFTablesProxyMode', 28)).to.equal(undefined)
    expect(gateState('NFTablesProxyMode', 29)).to.deep.equal({ stage: 'alpha', on: false, locked: false })
    expect(gateState('NFTablesProxyMode', 33)).to.deep.equal({ stage: 'stable', on: true, locked: true })
    expect(gateState('IPv6DualStack', 25)).to.equal(undefined)
    expect(gateState('constructor', 37)).to.equal(undefined)
  })
})

describe("the README's table of fields", () => {
  const file = join(root, 'README.md')
  const begin = '<!-- fields: made from src/config/fields -->\n\n'
  const end = '\n<!-- end of fields -->'

  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const rows = fields.map(({ default: value, flags = [], modes = [], needs, onNode, os, path, since, until, does }) => {
    const release = since === undefined && until === undefined ? '' : `${since ?? ''}-${until ?? ''}`
    const only = [modes.join(', '), needs ? `${needs.field} ${needs.value}` : '', os === 'Windows' ? os : '']
      .filter(Boolean)
      .join(', ')
    const standard = value === undefined ? '' : `\`${value}\``
    const names = [...new Set(flags.map(({ name }) => `\`--${name}\``))].join(', ')
    return [`\`${path}\``, standard || (onNode ?? ''), release, only, names, does].map(cell)
  })
  const header = ['Field', 'Default', 'Kubernetes', 'Has an effect with', 'Flag', 'What it does']
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |\n`
  const table = [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('')

  it('is what the field table says', () => {
    const readme = readFileSync(file, 'utf8')
    const [before = '', rest = ''] = readme.split(begin)
    const [written = '', after = ''] = rest.split(end)
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, before + begin + table + end + after)
    else expect(written).to.equal(table)
  })
})
