/** Where a new key belongs among those that are there. */
import type { WrittenEntry, WrittenMapping } from './written.ts'

/**
 * The entry that comes after the new key; undefined where it is to be the last. Keys in alphabetical order stay so; apiVersion and
 * kind may stand before them. A key that `<<` might bring in must come after it to count.
 */
export function nextEntry({ entries }: WrittenMapping, name: string): WrittenEntry | undefined {
  const [first, second] = entries
  const head = ['apiVersion kind', 'kind apiVersion'].includes(`${first?.name} ${second?.name}`) ? 2 : 0
  const from = Math.max(head, entries.findLastIndex(({ isMerge }) => isMerge) + 1)
  const rest = entries.slice(from)
  const names = entries.slice(head).flatMap((entry) => entry.name ?? [])
  const order = [exactly, withoutCase].find((order) =>
    names.every((one, i) => i === 0 || order(names[i - 1] ?? '', one) <= 0),
  )
  return order && rest.find((entry) => entry.name !== undefined && order(entry.name, name) > 0)
}

const exactly = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

const withoutCase = (a: string, b: string): number => exactly(a.toLowerCase(), b.toLowerCase())
