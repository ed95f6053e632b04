/** What the daemons said last: their logs go with a cluster that did not start. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './machine.ts'

const lines = 12

export function tellLogs(machines: readonly Machine[]): void {
  for (const { name, folder } of machines) {
    for (const file of readdirSync(folder).filter((file) => file.endsWith('.log'))) {
      const last = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').slice(-lines)
      process.stderr.write(`--- ${name}: ${file}\n${last.join('\n')}\n`)
    }
  }
}
