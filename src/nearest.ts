/** Names that somebody who wrote another one may have meant. */

/** The object whose name takes the fewest edits, when they are few for its length. */
export const nearest = <T extends { readonly name: string }>(name: string, all: readonly T[]): T | undefined =>
  nearestFew(name, all)[0]

/** The nearest first; two more only where they are as near or almost. */
export function nearestFew<T extends { readonly name: string }>(name: string, all: readonly T[]): T[] {
  const most = Math.max(2, Math.floor(name.length / 3))
  const near = all.flatMap((one) => {
    // whatever the letters, each that one of them lacks is an edit
    if (Math.abs(one.name.length - name.length) > most) return []
    const edits = distance(name, one.name)
    return edits <= most ? [{ one, edits }] : []
  })
  const [best] = near.sort((a, b) => a.edits - b.edits)
  return near
    .filter(({ edits }) => edits <= (best?.edits ?? 0) + 1)
    .slice(0, 3)
    .map(({ one }) => one)
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? a.length
}
