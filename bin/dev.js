#!/usr/bin/env node
// kpx from its sources, without a build.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { register } from 'tsx/esm/api'

register()
const { main } = await import('../src/main.ts')
await main(process.argv.slice(2), dirname(dirname(fileURLToPath(import.meta.url))), true)
