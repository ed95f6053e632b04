/** design.md: imports point one way, each package has one door, and there are no cycles. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect } from 'chai'
import { root } from './kpx.ts'

const seeing = ['ruleset', 'decode', 'capture', 'evaluate', 'cluster', 'config', 'platform']
const everywhere = [
  'error.ts',
  'codes.ts',
  'command-words.ts',
  'access-codes.ts',
  'check-codes.ts',
  'config-codes.ts',
  'interruption.ts',
  'modes.ts',
  'nearest.ts',
  'recent.ts',
  'preflight-codes.ts',
  'report-formats.ts',
  'rollout-codes.ts',
  'version.ts',
]
const edge = [
  'called-as.ts',
  'change-command.ts',
  'check-command.ts',
  'command.ts',
  'consent.ts',
  'editor.ts',
  'job-words.ts',
  'main.ts',
  'name-cache.ts',
  'names.ts',
  'progress.ts',
  'failure.ts',
  'flags.ts',
  'terminal.ts',
  'watch.ts',
]

/** What each part may import besides itself and the files for everybody. */
const allowed: Record<string, readonly string[]> = {
  ruleset: [],
  capture: [],
  decode: ['ruleset'],
  evaluate: ['ruleset', 'decode'],
  cluster: ['ruleset', 'decode', 'capture'],
  config: ['ruleset', 'decode', 'capture'],
  complete: ['config'],
  platform: ['ruleset', 'decode', 'capture', 'cluster', 'config'],
  kube: ['capture', 'cluster'],
  answer: seeing,
  check: [...seeing, 'answer'],
  rollout: [...seeing, 'answer', 'check', 'kube'],
  view: [...seeing, 'answer', 'check', 'rollout'],
  edge: ['answer', 'capture', 'check', 'cluster', 'complete', 'config', 'kube', 'rollout', 'view'],
  commands: [...seeing, 'answer', 'check', 'complete', 'rollout', 'kube', 'view', 'edge'],
}

const doors: Record<string, RegExp> = {
  chalk: /^src\/view\/style\.ts$/,
  inquirer: /^src\/view\/ask\.ts$/,
  '@oclif/core': /^(commands\/.*|src\/(change-command|check-command|command|flags|main)\.ts)$/,
  diff: /^src\/answer\/text-diff\.ts$/,
  'js-yaml': /^src\/(view\/json\.ts|config\/.*|capture\/.*)$/,
  'tar-stream': /^src\/capture\//,
  '@kubernetes/client-node': /^src\/kube\//,
}

const specifier = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g
const typeImport = /^import type [^]*? from '[^']+'$/gm

function sources(folder: string): string[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return files.filter((file) => file.endsWith('.ts')).map((file) => join(folder, file).replaceAll('\\', '/'))
}

function importsOf(file: string, types = true): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...(types ? text : text.replace(typeImport, '')).matchAll(specifier)].map((match) => match[1] ?? '')
}

function filesImportedBy(file: string, types = true): string[] {
  const own = importsOf(file, types).filter((name) => name.startsWith('.'))
  return own.map((name) => relative(root, join(root, dirname(file), name)).replaceAll('\\', '/'))
}

function partOf(file: string): string {
  const [top, second = ''] = file.split('/')
  if (top === 'commands') return top
  if (everywhere.includes(second)) return 'everywhere'
  return edge.includes(second) ? 'edge' : second
}

const files = [...sources('src'), ...sources('commands')]

describe('layers', () => {
  it('imports point one way', () => {
    const wrong = files.flatMap((file) => {
      const from = partOf(file)
      const may = new Set(['everywhere', from, ...(allowed[from] ?? [])])
      const targets = filesImportedBy(file)
      return targets.filter((target) => !may.has(partOf(target))).map((target) => `${file} -> ${target}`)
    })
    expect(wrong).to.deep.equal([])
  })

  it('every part is in the table', () => {
    const parts = new Set(files.map(partOf))
    expect([...parts].filter((part) => part !== 'everywhere' && !(part in allowed))).to.deep.equal([])
  })

  it('each package is imported through its door', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && doors[name]?.test(file) === false)
        .map((name) => `${file} -> ${name}`),
    )
    expect(wrong).to.deep.equal([])
  })

  // nouns may name each other's types: nothing of that is left when they run
  it('imports of values have no cycles', () => {
    const done = new Set<string>()
    const cycleFrom = (file: string, path: readonly string[]): string | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' -> ')
      if (done.has(file)) return undefined
      for (const target of filesImportedBy(file, false)) {
        const cycle = cycleFrom(target, [...path, file])
        if (cycle !== undefined) return cycle
      }
      done.add(file)
      return undefined
    }
    expect(files.map((file) => cycleFrom(file, [])).filter((cycle) => cycle !== undefined)).to.deep.equal([])
  })
})
