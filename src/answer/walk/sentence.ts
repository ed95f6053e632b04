/** One step of a packet in plain words: what the rule asked, and what it did. */
import type { Destination } from '../../evaluate/evaluate.ts'
import type { Step } from '../../evaluate/flow.ts'
import { sharesOf } from '../../evaluate/ipvs-scheduler.ts'
import type { RealServer, VirtualServer } from '../../ruleset/ipvs.ts'
import type { Rule } from '../../ruleset/ruleset.ts'
import type { Scene } from '../scene.ts'
import { effectPhrase } from './effect.ts'
import type { Passage } from './effect.ts'
import { askedByIptables } from './iptables.ts'
import { describeIp } from './names.ts'
import { askedByNft } from './nft.ts'
import { ratio } from './phrase.ts'
import type { Asked, Place } from './phrase.ts'

/** What is known of the packet's way around a step. */
export interface Around {
  /** Where the packet goes before the step. */
  readonly destination: Destination
  /** The step after it, where there is one. */
  readonly next: Step | undefined
  /** From here on nothing is known. */
  readonly lost: boolean
}

export function sentenceOf(step: Step, around: Around, scene: Scene): string {
  const { action, chain, hook, node, table } = step
  if (hook === 'ROUTING') return `The route to its destination leads ${action}, so it leaves ${node}.`
  if (table === 'ipvs') return ipvsSentence(step, scene)
  const rule = ruleOf(step, scene)
  if (!rule) return `No rule of ${chain} decides: ${action}.`
  // what such a rule asks need not hold
  if (action.startsWith('unknown'))
    return `kpx cannot tell what this rule does with it: ${action.replace('unknown: ', '')}.`
  const place: Place = { node, table, chain, destination: around.destination, scene }
  const asked = askedOf(rule, step, place)
  const effect = effectPhrase(step, rule, passageOf(step, around), place)
  const remembers = asked.remembers ? ', and its client is remembered, to get the same endpoint next time' : ''
  return `${lead(asked)} ${effect}${remembers}.`
}

/** The rule that made the step, found by its place; many rules have one where a tool prints all of its output in one line. */
function ruleOf({ at, chain, node, text }: Step, { network }: Scene): Rule | undefined {
  const tables = network.nodes.get(node)?.ruleset.tables ?? []
  for (const table of tables) {
    const rule = table.chains
      .get(chain)
      ?.rules.find((one) => one.at.line === at?.line && one.at.file === at.file && one.text === text)
    if (rule) return rule
  }
  return undefined
}

const unasked: Asked = { holds: [], chance: undefined, remembers: false }

function askedOf({ body }: Rule, step: Step, place: Place): Asked {
  if (body.tool === 'iptables') return askedByIptables(body, place)
  return body.tool === 'nft' ? askedByNft(body, step, place) : unasked
}

/** `Its connection is new, so it`, `By chance, as 1 in 3 of the connections that get here, it`, `Whatever comes here`. */
function lead({ chance, holds }: Asked): string {
  const by =
    chance === undefined || chance === 1 ? '' : `by chance, as ${ratio(chance)} of the connections that get here, `
  if (holds.length > 0) return `${capital(holds.join(', and '))}, so ${by}it`
  return by === '' ? 'Whatever comes here' : `${capital(by)}it`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function passageOf(step: Step, { lost, next }: Around): Passage {
  if (lost) return 'lost'
  const isInside =
    next?.chain === step.target && next?.node === step.node && next.hook === step.hook && next.table === step.table
  return isInside ? 'entered' : 'untouched'
}

function ipvsSentence(step: Step, scene: Scene): string {
  const found = serverOf(step, scene)
  if (!found) return `IPVS takes the packet: ${step.action}.`
  const { real, server } = found
  const share = sharesOf(server).find((one) => one.real === real)?.share ?? 0
  const name = schedulerNames.get(server.scheduler)
  const scheduler = `${server.scheduler}${name === undefined ? '' : ` (${name})`}`
  const whose = `${describeIp(server.ip, scene)}, ${server.protocol} port ${server.port}`
  const to = `${describeIp(real.ip, scene)}, port ${real.port}`
  return `IPVS has a virtual server for ${whose}; its scheduler ${scheduler} gives ${ratio(share)} of the connections to this real server, so the destination changes to ${to}.`
}

function serverOf({ at, node }: Step, { network }: Scene): { server: VirtualServer; real: RealServer } | undefined {
  for (const server of network.nodes.get(node)?.ruleset.virtualServers?.servers ?? []) {
    const real = server.servers.find((one) => one.at === at)
    if (real) return { server, real }
  }
  return undefined
}

/** ipvsadm(8); net/netfilter/ipvs/ip_vs_*.c. */
const schedulerNames: ReadonlyMap<string, string> = new Map([
  ['dh', 'destination hashing'],
  ['fo', 'weighted failover'],
  ['lblc', 'locality-based least connections'],
  ['lblcr', 'locality-based least connections with replication'],
  ['lc', 'least connections'],
  ['mh', 'Maglev hashing'],
  ['nq', 'never queue'],
  ['ovf', 'weighted overflow'],
  ['rr', 'round robin'],
  ['sed', 'shortest expected delay'],
  ['sh', 'source hashing'],
  ['wlc', 'weighted least connections'],
  ['wrr', 'weighted round robin'],
])
