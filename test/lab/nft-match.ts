/** Matches of an nft rule, by chance: of every expression that the evaluator knows, where the kernel takes it. */
import type { Family } from './network.ts'
import { ports } from './words.ts'
import type { Words } from './words.ts'

export type NftHook = 'forward' | 'input' | 'output' | 'postrouting' | 'prerouting'

export interface NftPlace {
  /** Of the table. */
  readonly family: Family | 'inet'
  readonly hook: NftHook
  readonly type: 'filter' | 'nat' | 'route'
}

type Match = (words: Words, place: NftPlace) => string | undefined

const not = (words: Words): string => (words.percent(25) ? '!= ' : '')

const isEarly = ({ hook }: NftPlace): boolean => hook === 'prerouting' || hook === 'input'

const list = (items: readonly (number | string)[]): string => `{ ${items.join(', ')} }`

/** A constant, several or a named set. */
function address(words: Words, one: () => string): string {
  return words.weighted([
    [5, () => `${not(words)}${one()}`],
    [2, () => `${not(words)}${list(distinctAddresses([one(), one()]))}`],
    [1, () => `${not(words)}${list(words.some(words.places.prefixes.slice(3, 6), 2))}`],
    [1, () => `${not(words)}${words.places.services[0]}-${words.places.services[2]}`],
    [1, () => `${not(words)}@addresses${words.family === 'ip' ? 4 : 6}`],
    // emptied before each packet
    [1, () => `${not(words)}@seen${words.family === 'ip' ? 4 : 6}`],
  ])()
}

/** Networks of one set may not overlap. */
const distinctAddresses = (texts: readonly string[]): string[] => {
  const plain = [...new Set(texts.filter((text) => !text.includes('/')))]
  return plain.length > 0 ? plain : texts.slice(0, 1)
}

/** Without the length that nft leaves out. */
const sourceOf = (words: Words): string => words.sourcePrefix().replace(/\/(32|128)$/, '')
const destinationOf = (words: Words): string => words.destinationPrefix().replace(/\/(32|128)$/, '')

export function portsOf(words: Words): string {
  const [low, high] = words.portRange()
  const range = `${low}-${high === low ? high + 1 : high}`
  return words.weighted([
    [4, () => `${not(words)}${words.port()}`],
    [2, () => `${not(words)}${range}`],
    [2, () => `${not(words)}${list(words.some(ports, 3))}`],
    [1, () => `${words.pick(['<', '>', '<=', '>='])} ${words.port()}`],
    [1, () => `${not(words)}@ports`],
  ])()
}

const transport: Match = (words) =>
  words.weighted([
    [5, () => `${words.protocol()} dport ${portsOf(words)}`],
    [1, () => `meta l4proto ${words.protocol()} th dport ${portsOf(words)}`],
    [1, () => `meta l4proto ${not(words)}${words.protocol()}`],
    [1, () => `${words.protocol()} sport ${words.pick(['1024-65535', '>= 1024', '!= 1-1023'])}`],
    [
      words.protocol() === 'tcp' ? 1 : 0,
      () =>
        words.pick([
          'tcp flags syn',
          'tcp flags & (fin | syn | rst | ack) == syn',
          'tcp flags syn / fin,syn,rst,ack',
          'tcp flags != syn',
          'tcp flags ack',
        ]),
    ],
  ])()

const states = ['new', 'new', 'invalid', 'established', 'related', 'untracked']

const conntrack: Match = (words) =>
  words.weighted([
    [6, () => `ct state ${words.percent(25) ? '! ' : ''}${words.some(states, 3).join(',')}`],
    [1, () => `ct state ${not(words)}${words.pick(states)}`],
    [1, () => `ct state ${list([...new Set(['established', 'related', words.pick(states)])])}`],
    [2, () => `ct status ${words.percent(30) ? '! ' : ''}${words.pick(['dnat', 'snat', 'confirmed', 'dnat,snat'])}`],
    [2, () => `ct original ${words.family} daddr ${not(words)}${destinationOf(words)}`],
    [1, () => `ct original ${words.family} saddr ${not(words)}${sourceOf(words)}`],
    [1, () => `meta l4proto ${words.protocol()} ct original proto-dst ${not(words)}${words.port()}`],
    [1, () => `ct direction ${words.pick(['original', 'reply'])}`],
    [1, () => `ct mark ${maskedMark(words)}`],
  ])()

function maskedMark(words: Words): string {
  return words.weighted([
    [3, () => `& ${words.mark()} ${words.pick(['==', '!='])} ${words.percent(50) ? '0x0' : words.mark()}`],
    [2, () => `${not(words)}${words.mark()}`],
    [1, () => list(words.some(['0x1', '0x2', '0x4000'], 3))],
    [1, () => `${words.pick(['<', '>='])} ${words.mark()}`],
  ])()
}

const device: Match = (words, place) => {
  const [input, output] = [!place.hook.startsWith('out'), !isEarly(place)]
  const key = words.pick([
    ...(input ? ['iifname', 'iif'] : []),
    ...(output ? ['oifname', 'oif'] : []),
    'iifname',
    'oifname',
  ])
  if (key === 'iif' || key === 'oif') return `${key} ${not(words)}"${words.pick(['eth0', 'cni0', 'cali1', 'lo'])}"`
  return words.percent(20)
    ? `${key} ${not(words)}${list(words.some(['"eth0"', '"cni0"', '"lo"', '"cali*"'], 2))}`
    : `${key} ${not(words)}"${words.percent(25) ? `${words.device().slice(0, 3)}*` : words.device()}"`
}

const fib: Match = (words, place) => {
  const type = `${not(words)}${words.percent(70) ? 'local' : words.pick(['unicast', 'unreachable', 'blackhole', 'prohibit', 'multicast', 'broadcast'])}`
  const through = isEarly(place) || place.hook === 'forward' ? words.pick(['', '', ' . iif']) : ''
  if (words.percent(75)) return `fib ${words.pick(['daddr', 'daddr', 'saddr'])}${through} type ${type}`
  return isEarly(place) || place.hook === 'forward'
    ? `fib saddr . iif ${words.pick(['oif missing', 'oif exists', 'oif != 0', 'oifname "eth0"', 'oif 0'])}`
    : undefined
}

const concatenation: Match = (words) => {
  const { family } = words
  return words.pick([
    () => `${family} daddr . meta l4proto . th dport @frontends${family === 'ip' ? 4 : 6}`,
    () => `${family} daddr . ${words.protocol()} dport ${not(words)}{ ${words.destination()} . ${words.port()} }`,
    () => `${family} saddr . ${family} daddr { ${words.source()} . ${words.destination()} }`,
    () => `meta l4proto . th dport { ${words.protocol()} . ${words.port()}, ${words.protocol()} . 1234 }`,
    () =>
      `${family} daddr . ${words.protocol()} dport { ${words.pick(words.places.prefixes)} . 53-443, ${words.whole(words.places.clients[0] ?? '')} . 8080 }`,
    () =>
      `${family} saddr . ${family} daddr . meta l4proto { ${words.source()} . ${words.destination()} . ${words.protocol()} }`,
    () => `meta mark . ct mark { 0x1 . 0x0, 0x0 . 0x0 }`,
    () => `iifname . ${family} daddr { "eth0" . ${words.destination()} }`,
  ])()
}

const chance: Match = (words) => {
  if (words.percent(20) && words.once('counter'))
    return `${words.protocol()} dport 1-19999 numgen inc mod ${words.pick([2, 3])} 0`
  return words.pick([
    `numgen random mod 2 0`,
    'numgen random mod 4 != 0',
    'numgen random mod 3 < 2',
    'numgen random mod 4 { 1, 3 }',
  ])
}

const other: Match = (words, { family }) => {
  const [bare, protocol] = words.family === 'ip' ? ['ipv4', 'ip protocol'] : ['ipv6', 'ip6 nexthdr']
  return words.pick([
    `meta pkttype ${not(words)}${words.pick(['host', 'unicast', 'broadcast'])}`,
    `${protocol} ${words.protocol()}`,
    family === 'ip' ? 'ip version 4' : `meta protocol ${words.family}`,
    ...(family === 'inet' ? [`meta nfproto ${bare}`] : []),
  ])
}

const expressions: readonly (readonly [number, Match])[] = [
  [5, (words) => `${words.family} saddr ${address(words, () => sourceOf(words))}`],
  [9, (words) => `${words.family} daddr ${address(words, () => destinationOf(words))}`],
  [9, transport],
  [7, conntrack],
  [5, (words) => `meta mark ${maskedMark(words)}`],
  [5, device],
  [4, fib],
  [4, concatenation],
  [2, chance],
  [2, other],
  [
    1,
    (words, { hook }) =>
      hook === 'prerouting' || hook === 'input'
        ? words.pick(['socket transparent 1', 'socket transparent 0'])
        : undefined,
  ],
]

export function nftMatchesBy(words: Words, place: NftPlace, most: number): string[] {
  const chosen = new Set<Match>()
  for (let i = words.below(most + 1); i > 0; i--) chosen.add(words.weighted(expressions))
  return [...chosen].flatMap((match) => match(words, place) ?? [])
}
