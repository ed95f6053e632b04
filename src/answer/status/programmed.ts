/** What each mode has in a node's kernel, by the names that it gives: chains KUBE-SVC-, device kube-ipvs0, table kube-proxy. */
import { formatIpSetCreate } from '../../ruleset/ipset.ts'
import { formatVirtualServer, ipvsDevice, kubeRouterDevice } from '../../ruleset/ipvs.ts'
import type { At, Chain, Rule, Ruleset, Table } from '../../ruleset/ruleset.ts'

export type ProgrammedMode = 'iptables' | 'ipvs' | 'nftables'

/** One kind of thing that a mode has made: `4 IPVS virtual servers`. */
export interface Programmed {
  readonly mode: ProgrammedMode
  readonly what: string
  /** Whether packets meet it: what nothing jumps to lies idle. */
  readonly active: boolean
  /** The first of them; undefined for what is no line of a dump. */
  readonly first: { readonly at: At; readonly text: string } | undefined
}

export const programmedIn = (ruleset: Ruleset): readonly Programmed[] => [
  ...iptablesParts(ruleset),
  ...ipvsParts(ruleset),
  ...nftablesParts(ruleset),
]

/** The modes whose rules packets meet. */
export const activeModes = (parts: readonly Programmed[]): ProgrammedMode[] => [
  ...new Set(parts.flatMap(({ active, mode }) => (active ? [mode] : []))),
]

export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** Of one Service each; the rest of the name is a hash (pkg/proxy/iptables/proxier.go; KUBE-XLB- until 1.23). */
const serviceChain = /^KUBE-(?:EXT|FW|SEP|SVC|SVL|XLB)-/

const iptablesNat = ({ tables }: Ruleset): Table[] =>
  tables.filter(({ name, tool }) => name === 'nat' && tool !== 'nft')

function iptablesParts(ruleset: Ruleset): Programmed[] {
  const own = iptablesNat(ruleset).map((table) => ({
    table,
    // by name: of 100,000 chains none need be made
    names: [...table.chains.keys()].filter((name) => serviceChain.test(name)),
    active: jumps(servicesChains(table), (name) => serviceChain.test(name)),
  }))
  return [true, false].flatMap((active): Programmed[] => {
    const alike = own.filter((one) => one.active === active)
    const count = alike.reduce((sum, { names }) => sum + names.length, 0)
    const what = `${counted(count, 'chain')} of Services in iptables' table nat`
    return count === 0 ? [] : [{ mode: 'iptables', what, active, first: firstRule(alike) }]
  })
}

function firstRule(all: readonly { readonly table: Table; readonly names: readonly string[] }[]): Rule | undefined {
  for (const { names, table } of all) {
    for (const name of names) {
      const rule = table.chains.get(name)?.rules[0]
      if (rule) return rule
    }
  }
  return undefined
}

/** KUBE-SERVICES where packets come to it: both modes that use iptables have it. */
function servicesChains(table: Table): Chain[] {
  const bases = table.chains.bases ?? [...table.chains.values()].filter(({ base }) => base !== undefined)
  const services = table.chains.get('KUBE-SERVICES')
  return services && jumps(bases, (name) => name === services.name) ? [services] : []
}

/** Whether some rule jumps to such a chain: one of 10,000 rules mostly tells. */
const jumps = (chains: readonly Chain[], isWanted: (target: string) => boolean): boolean =>
  chains.some(({ rules }) => rules.some(({ body }) => targetsOf(body).some(isWanted)))

/** Where iptables-save has not shown a rule, nft has. */
function targetsOf(body: Rule['body']): readonly string[] {
  if (body.tool === 'iptables') return body.target ? [body.target.name] : []
  if (body.tool !== 'nft') return []
  return body.statements.flatMap((one) => ('jump' in one ? one.jump.target : 'goto' in one ? one.goto.target : []))
}

function ipvsParts(ruleset: Ruleset): Programmed[] {
  const { interfaces, ipsets, virtualServers } = ruleset
  const device = interfaces.find(({ name }) => name === ipvsDevice)
  const isKubeRouters = !device && interfaces.some(({ name }) => name === kubeRouterDevice)
  const servers = isKubeRouters ? [] : (virtualServers?.servers ?? [])
  const addresses = counted(device?.addresses.length ?? 0, 'address', 'addresses')
  const asking = iptablesNat(ruleset)
    .flatMap(servicesChains)
    .flatMap(({ rules }) => rules)
    // the text is there already; the body of each of 10,000 rules is not
    .filter((rule) => rule.text.includes('set') && hasSetMatch(rule.body))
  const sets = [...(ipsets?.values() ?? [])].filter(({ name }) => name.startsWith('KUBE-'))
  const [server, rule, set] = [servers[0], asking[0], sets[0]]
  const parts = [
    server && part(counted(servers.length, 'IPVS virtual server'), true, server.at, formatVirtualServer(server)),
    device && part(`device ${ipvsDevice} with ${addresses}`, true),
    rule && part(`${counted(asking.length, 'rule')} of KUBE-SERVICES with ipsets`, true, rule.at, rule.text),
    set && part(counted(sets.length, 'ipset'), false, set.at, formatIpSetCreate(set)),
  ]
  return parts.filter((one) => one !== undefined)
}

const hasSetMatch = (body: Rule['body']): boolean =>
  body.tool === 'iptables' && body.matches.some(({ name }) => name === 'set')

const part = (what: string, active: boolean, at?: At, text = ''): Programmed => ({
  mode: 'ipvs',
  what,
  active,
  first: at && { at, text },
})

const nftablesParts = ({ tables }: Ruleset): Programmed[] =>
  tables
    .filter(({ name, tool }) => tool === 'nft' && name === 'kube-proxy')
    .map(({ at, chains, family }) => ({
      mode: 'nftables',
      what: `nft table ${family} kube-proxy`,
      active: [...chains.values()].some(({ base }) => base !== undefined),
      first: { at, text: `table ${family} kube-proxy` },
    }))
