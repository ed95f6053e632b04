/** What became of flows, by kind of ruleset. */
import type { Result } from './lab.ts'
import type { Kind } from './ruleset.ts'

interface Row {
  rulesets: number
  refused: number
  flows: number
  connections: number
  unknown: number
  wrong: number
}

export class Tally {
  readonly #rows = new Map<Kind, Row>()
  /** How often kpx gave a reason for not knowing, without numbers and names. */
  readonly #reasons = new Map<string, number>()

  add(kind: Kind, result: Result): void {
    const row = this.#rows.get(kind) ?? { rulesets: 0, refused: 0, flows: 0, connections: 0, unknown: 0, wrong: 0 }
    this.#rows.set(kind, row)
    row.rulesets++
    if (result.refused !== undefined) row.refused++
    row.flows += result.flows
    row.connections += result.connections
    row.unknown += result.unknown.length
    row.wrong += result.wrong.length
    for (const why of result.unknown) {
      const reason = why
        .replaceAll(/\d+/g, '0')
        .replace(/^.* have the same priority/, '... have the same priority')
        .slice(0, 100)
      this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
    }
  }

  get total(): Row {
    const total: Row = { rulesets: 0, refused: 0, flows: 0, connections: 0, unknown: 0, wrong: 0 }
    for (const row of this.#rows.values()) {
      for (const key of Object.keys(total) as (keyof Row)[]) total[key] += row[key]
    }
    return total
  }

  table(): string {
    const head = ['KIND', 'RULESETS', 'REFUSED', 'FLOWS', 'CONNECTIONS', 'AGREED', 'UNKNOWN', 'WRONG']
    const rows = [...this.#rows, ['total', this.total] as const].map(([kind, row]) => [kind, ...cells(row)])
    return [head, ...rows]
      .map((row) => `${row.map((cell, i) => (i === 0 ? cell.padEnd(9) : cell.padStart(12))).join('')}\n`)
      .join('')
  }

  /** The commonest. */
  reasons(most: number): string {
    const sorted = [...this.#reasons].toSorted(([, a], [, b]) => b - a).slice(0, most)
    return sorted.map(([reason, count]) => `${String(count).padStart(7)}  ${reason}\n`).join('')
  }
}

function cells({ connections, flows, refused, rulesets, unknown, wrong }: Row): string[] {
  const share = flows === 0 ? '' : ` ${((100 * unknown) / flows).toFixed(1)}%`
  return [rulesets, refused, flows, connections, flows - unknown - wrong, `${unknown}${share}`, wrong].map(String)
}
