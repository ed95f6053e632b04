// Bundles kpx and everything that it uses into dist, so that an installed kpx has no dependency tree.
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Plugin, settings } from '@oclif/core'
import { manPages } from './man.js'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))
const writeJson = (file, value) => writeFileSync(file, JSON.stringify(value, null, 2) + '\n')

function entryPoints() {
  const commands = readdirSync('commands', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const entries = commands.map((file) => {
    const name = join('commands', file).replaceAll('\\', '/')
    return [name.slice(0, -'.ts'.length), name]
  })
  return Object.fromEntries([['main', 'src/main.ts'], ...entries])
}

/** oclif is CommonJS: each chunk needs the three names that such a module expects to find. */
const banner = [
  "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url)",
  "const __filename = require('node:url').fileURLToPath(import.meta.url)",
  "const __dirname = require('node:path').dirname(__filename)",
].join('\n')

/**
 * What is required at start and hardly any command uses: each has a file of its own, which is read when it is first asked for
 * something. A package must export an object for this, not a function.
 */
const byOclif = ['cli-spinners', 'ejs', 'lilconfig', 'minimatch', 'semver', 'tinyglobby']
/** For a proxy or a login. */
const byClient = ['openid-client', 'socks', 'socks-proxy-agent', 'undici']
const seldomUsed = [...byOclif, ...byClient]

const readSeldomUsedLater = {
  name: 'read-seldom-used-later',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: new RegExp(`^(${seldomUsed.join('|')})$`) }, ({ path }) => ({ path, namespace: 'later' }))
    onLoad({ filter: /.*/, namespace: 'later' }, ({ path }) => ({
      // the users' chunks lie beside the folder: checkSeldomUsed()
      // as a prototype, which is what an import statement takes over without looking into it
      contents: `module.exports = Object.create(new Proxy({}, {
        get: (_, key) => key !== '__esModule' && require(__dirname + '/../seldom-used/${path}.cjs')[key],
      }))`,
    }))
  },
}

/** As require() gives them: for an entry point esbuild would take what import does. */
const asRequired = {
  name: 'as-required',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'entry-point' ? { path, namespace: 'required' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}')`,
      resolveDir: root,
    }))
  },
}

/** Throws where esbuild lays out its files in another way than the path above says. */
function checkSeldomUsed({ outputs }) {
  const users = Object.entries(outputs).filter(([, { inputs }]) => Object.keys(inputs).some(isSeldomUsed))
  const astray = users.find(([file]) => !/^dist\/chunks\/[^/]+$/.test(file))
  if (astray || users.length === 0)
    throw new Error(`what uses them is in ${astray?.[0] ?? 'no file'}, not in dist/chunks`)
}

const isSeldomUsed = (input) => input.startsWith('later:')

/** Importing one of Node's modules touches all of its exports, which loads what stands behind them; requiring it does not. */
const requireBuiltins = {
  name: 'require-builtins',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ kind, path }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin' } : undefined,
    )
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: `module.exports = require('${path}')` }))
  },
}

/** Puts something quicker in the place of what a file of oclif does once. */
const patched = (name, file, before, after) => ({
  name,
  setup({ onLoad }) {
    onLoad({ filter: new RegExp(`@oclif.core.lib.${file}\\.js$`) }, ({ path }) => {
      const [head, tail, ...more] = readFileSync(path, 'utf8').split(before)
      if (tail === undefined || more.length > 0) throw new Error(`${path} has another ${before} now`)
      return { contents: head + after + tail }
    })
  },
})

/** The first localeCompare() of a process loads a collator, which takes longer than all else that oclif does at start. */
const sortWithoutCollator = patched(
  'sort-without-collator',
  'config.plugin',
  'a.id.localeCompare(b.id)',
  '(a.id < b.id ? -1 : 1)',
)

/** To tell WSL from Linux takes a dozen files to load and others to look at; kpx does the same on both. */
const takeWslForLinux = patched('take-wsl-for-linux', 'util.os', "(await import('wsl-utils')).isWsl", 'false')

/** The client's package does not say that its thousand modules do nothing when they are loaded: all would be in the bundle. */
const withoutUnusedClient = {
  name: 'without-unused-client',
  setup({ onResolve, resolve }) {
    onResolve(
      { filter: /^(@kubernetes\/client-node$|\.)/ },
      async ({ importer, kind, path, pluginData, resolveDir }) => {
        const isClient = path.startsWith('@') || importer.includes('/node_modules/@kubernetes/client-node/')
        if (!isClient || pluginData === withoutUnusedClient) return undefined
        const found = await resolve(path, { importer, kind, pluginData: withoutUnusedClient, resolveDir })
        return { ...found, sideEffects: false }
      },
    )
  },
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
}

const bundleSeldomUsed = () =>
  build({
    ...shared,
    entryPoints: Object.fromEntries(seldomUsed.map((name) => [name, name])),
    outdir: 'dist/seldom-used',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    plugins: [asRequired],
  })

function bundle() {
  return build({
    ...shared,
    entryPoints: entryPoints(),
    outdir: 'dist',
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    format: 'esm',
    // oclif offers to load these when they are installed; kpx never does
    external: ['typescript', 'ts-node', 'tsx'],
    banner: { js: banner },
    plugins: [readSeldomUsedLater, requireBuiltins, sortWithoutCollator, takeWslForLinux, withoutUnusedClient],
  })
}

/** The folder of the package that a bundled file came from. */
function packageOf(input) {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
  return match?.[1]
}

function notice(folder) {
  const { name, version, license } = readJson(join(folder, 'package.json'))
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
  return [`${name} ${version} (${license})`, ...texts].join('\n\n')
}

function writeNotices(metafiles) {
  const bundled = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap((output) =>
      Object.entries(output.inputs).flatMap(([input, { bytesInOutput }]) =>
        bytesInOutput > 0 ? [packageOf(input)] : [],
      ),
    )
  const folders = [...new Set(bundled.filter((folder) => folder !== undefined))].sort((a, b) => (a < b ? -1 : 1))
  const intro = 'kpx contains the following packages. Each is under its own licence.'
  writeFileSync('dist/NOTICES', [intro, ...folders.map(notice)].join(`\n\n${'-'.repeat(80)}\n`) + '\n')
}

/** With the manifest, oclif loads only the command that runs. It is made from the bundle, as the user will run it. */
async function writeManifest() {
  settings.enableAutoTranspile = false
  rmSync('oclif.manifest.json', { force: true })
  const plugin = new Plugin({
    root,
    isRoot: true,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  writeJson('oclif.manifest.json', plugin.manifest)
}

/** Those that the schema refers to, and those that these refer to. */
function definitionsIn(schema, all, found = {}) {
  for (const [, name] of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) {
    if (name in found) continue
    found[name] = all[name]
    definitionsIn(all[name], all, found)
  }
  return found
}

/** A file per kind of document, with the shared definitions inside: whoever validates one kind needs one file. */
function writeSchemas() {
  const { $defs } = readJson('src/schema/definitions.json')
  mkdirSync('dist/schema')
  const kinds = readdirSync('src/schema').filter((file) => file !== 'definitions.json')
  for (const file of kinds) {
    const schema = readJson(join('src/schema', file))
    writeJson(join('dist/schema', file), { ...schema, $defs: definitionsIn(schema, $defs) })
  }
}

/** What the README says of exit codes holds for every command. */
function writeManPages() {
  const [, table = ''] = /^## Exit codes\n\n([^]*?)\n\n/m.exec(readFileSync('README.md', 'utf8')) ?? []
  const exits = Array.from(table.matchAll(/^\| (\d+) +\| (.*?) +\|$/gm), ([, code, meaning]) => [code, meaning])
  if (exits.length === 0) throw new Error('README.md has no table of exit codes')
  mkdirSync('dist/man')
  const pages = manPages(readJson('oclif.manifest.json'), readJson('package.json'), exits)
  for (const [file, page] of Object.entries(pages)) writeFileSync(join('dist/man', file), page)
}

rmSync('dist', { recursive: true, force: true })
const [{ metafile }, seldom] = await Promise.all([bundle(), bundleSeldomUsed()])
checkSeldomUsed(metafile)
writeNotices([metafile, seldom.metafile])
writeSchemas()
await writeManifest()
writeManPages()
chmodSync('bin/run.js', 0o755)
