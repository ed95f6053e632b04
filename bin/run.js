#!/usr/bin/env node
import { existsSync } from 'node:fs'
import module from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

module.enableCompileCache?.()
const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) {
  await (await import(main.href)).main(process.argv.slice(2), dirname(dirname(fileURLToPath(import.meta.url))))
} else {
  console.error('Error: kpx is not built here\n  fix: run: npm run build')
  process.exitCode = 2
}
