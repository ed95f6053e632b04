// A machine behind --via: `node via.js TABLE NODE WORDS...` prints what the table says, or hangs, or is not there.
import { readFileSync } from 'node:fs'

const [table, node, ...words] = process.argv.slice(2)
const { [node]: machine } = JSON.parse(readFileSync(table, 'utf8'))
const answer = machine?.[JSON.stringify(words)]
if (machine === 'hangs') setInterval(() => undefined, 1000)
else if (machine === undefined) {
  process.stderr.write(`no route to ${node}\n`)
  process.exitCode = 255
} else if (answer === undefined) {
  process.stderr.write(`sudo: ${words[0]}: command not found\n`)
  process.exitCode = 1
} else {
  process.stdout.write(Buffer.from(answer.stdout, 'base64'))
  process.stderr.write(answer.stderr ?? '')
  process.exitCode = answer.exitCode ?? 0
}
