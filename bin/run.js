#!/usr/bin/env node
// Importing Node's modules here would load what stands behind all of their exports.
const { enableCompileCache } = process.getBuiltinModule('node:module')
const { existsSync } = process.getBuiltinModule('node:fs')
const { fileURLToPath } = process.getBuiltinModule('node:url')

enableCompileCache?.()
const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) {
  await (await import(main.href)).main(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)))
} else {
  console.error('Error: kpx is not built here\n  fix: run: npm run build')
  process.exitCode = 2
}
