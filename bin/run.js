#!/usr/bin/env node
function refuse(message) {
  console.error(message)
  process.exitCode = 2
}

// Importing Node's modules here would load what stands behind all of their exports.
const builtin = process.getBuiltinModule

/** A container's user need not be in /etc/passwd, where home and shell would be looked up: to miss them there is an error. */
function setHome() {
  try {
    builtin('node:os').userInfo()
  } catch {
    process.env.HOME ??= '/'
    process.env.SHELL ??= '/bin/sh'
  }
}

async function run() {
  setHome()
  builtin('node:module').enableCompileCache?.()
  const main = new URL('../dist/main.js', import.meta.url)
  if (!builtin('node:fs').existsSync(main)) return refuse('Error: kpx is not built here\n  fix: run: npm run build')
  const root = builtin('node:url').fileURLToPath(new URL('..', import.meta.url))
  await (await import(main.href)).main(process.argv.slice(2), root)
}

if (builtin) await run()
else refuse(`Error: kpx needs Node 20.19 or newer, and this is ${process.version}\n  fix: install a newer Node`)
