// Installs the development dependencies when they are missing or older than the lock file. Runs before they exist.
import { execSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const time = (path) => statSync(root + path, { throwIfNoEntry: false })?.mtimeMs ?? 0

// npm writes this file last, so a broken install is done again
if (time('node_modules/.package-lock.json') < time('package-lock.json')) {
  // esbuild's own script only saves it a process, and newer releases of npm ask about it
  execSync('npm ci --include=dev --no-audit --no-fund --ignore-scripts', { cwd: root, stdio: ['ignore', 2, 2] })
}
