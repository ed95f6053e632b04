/** What iptables-restore --noflush makes of a dump: as strict as the kernel, which refuses what is not there and what is still used. */

interface Table {
  readonly chains: string[]
  rules: string[]
}

/** The lines of a dump that say something, without the counters of chains. */
export const lines = (dump: string): string[] =>
  dump.split('\n').flatMap((line) => (line === '' || line.startsWith('#') ? [] : line.replace(/ \[\d+:\d+\]$/, '')))

export function restored(dump: string, script: string): string[] {
  const tables = tablesIn(lines(dump))
  let own: Table | undefined
  for (const line of lines(script)) {
    if (line.startsWith('*')) own = tables.get(line)
    else if (line === 'COMMIT') own = undefined
    else if (own) apply(line, own)
    else throw new Error(`no table for ${line}`)
  }
  return Array.from(tables, ([name, { chains, rules }]) => [name, ...chains, ...rules, 'COMMIT']).flat()
}

function tablesIn(all: readonly string[]): Map<string, Table> {
  const tables = new Map<string, Table>()
  let own: Table = { chains: [], rules: [] }
  for (const line of all) {
    if (line.startsWith('*')) tables.set(line, (own = { chains: [], rules: [] }))
    else if (line.startsWith(':')) own.chains.push(line)
    else if (line.startsWith('-A ')) own.rules.push(line)
  }
  return tables
}

function apply(line: string, table: Table): void {
  const { chains } = table
  const [action, name = ''] = line.split(' ')
  const at =
    action === '-D' ? table.rules.indexOf(`-A${line.slice(2)}`) : chains.findIndex((one) => one.startsWith(`:${name} `))
  if (at < 0) throw new Error(`not there: ${line}`)
  if (action === '-D') table.rules.splice(at, 1)
  else if (action === '-F') table.rules = table.rules.filter((rule) => !rule.startsWith(`-A ${name} `))
  else if (action !== '-X') throw new Error(`unknown: ${line}`)
  else if (table.rules.some((rule) => rule.split(' ').includes(name))) throw new Error(`used: ${name}`)
  else chains.splice(at, 1)
}
