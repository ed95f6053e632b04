/** Runs inputs one after the other in a process of its own, so that one that does not come back, or takes all memory, ends only that. */
import { runInput } from './run-input.ts'

const [seed = '', from = '', to = '', only] = process.argv.slice(2)
// nobody would count what comes after
process.once('disconnect', () => process.exit())
process.send?.('ready')
for (let index = Number(from); index < Number(to); index++) {
  process.send?.(await runInput(Number(seed), index, only))
}
process.disconnect?.()
