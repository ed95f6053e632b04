/** The sets of a table that its rules write to. nft's text calls them dynamic; its JSON does not tell. */
import type { Table } from '../../ruleset/ruleset.ts'

/** As the flow knows it when a rule writes to it; `@name` as rules call it. */
export const setKey = ({ family, name }: Table, set: string): string => `${set} of ${family} ${name}`

const known = new WeakMap<Table, ReadonlySet<string>>()

export function dynamicSets(table: Table): ReadonlySet<string> {
  let names = known.get(table)
  if (!names) known.set(table, (names = new Set(writtenSets(table))))
  return names
}

function* writtenSets(table: Table): Generator<string> {
  for (const chain of table.chains.values()) {
    for (const { body } of chain.rules) {
      if (body.tool !== 'nft') continue
      for (const statement of body.statements) {
        if ('set' in statement && statement.set.op !== 'delete') yield statement.set.set.replace(/^@/, '')
      }
    }
  }
}
