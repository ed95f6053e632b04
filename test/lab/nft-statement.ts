/** What an nft rule does, by chance: every statement that the evaluator knows, where the kernel takes it. */
import { nftMatchesBy, portsOf } from './nft-match.ts'
import type { NftPlace } from './nft-match.ts'
import { socketAddress } from './services.ts'
import type { Words } from './words.ts'

/** The statements behind the matches, which may need a match of their own before them. */
type Make = (words: Words, place: NftPlace) => string

const marking: Make = (words) =>
  words.weighted([
    [4, () => `meta mark set ${words.mark()}`],
    [3, () => `meta mark set meta mark ${words.pick(['or', 'and', 'xor'])} ${words.mark()}`],
    [1, () => `meta mark set meta mark & 0xffff00ff | ${words.pick(['0x200', '0x100'])}`],
    [1, () => `ct mark set ${words.protocol()} dport map { 80 : 0x1, 443 : 0x2 }`],
    [1, () => 'meta mark set ct mark & 0xff00 | 0x1'],
    [2, () => `ct mark set ${words.pick([words.mark(), 'meta mark', `ct mark or ${words.mark()}`])}`],
    [2, () => 'meta mark set ct mark'],
    [2, () => `meta mark set ${words.protocol()} dport map { 80 : 0x1, 443 : 0x4000, 53 : 0x2 }`],
    [1, () => `meta mark set ${words.family} daddr map @marks${words.family === 'ip' ? 4 : 6}`],
    [1, () => 'meta mark set numgen random mod 2 map { 0 : 0x1, 1 : 0x2 }'],
  ])()

/** Answers of the node itself have other ports, so that a refusal is heard. */
const dropped = (words: Words, { hook }: NftPlace, how: string): string => {
  const needed = words.protocol()
  if (hook !== 'output' && hook !== 'postrouting')
    return how.includes('tcp reset') ? `tcp dport ${portsOf(words)} ${how}` : how
  return `${needed} dport ${words.percent(30) ? '1-19999' : words.port()} ${how}`
}

const refusal: Make = (words, place) => {
  const how = {
    ip: ['icmp net-unreachable', 'icmp host-unreachable', 'icmp admin-prohibited', 'icmp port-unreachable'],
    ip6: ['icmpv6 no-route', 'icmpv6 admin-prohibited', 'icmpv6 addr-unreachable', 'icmpv6 port-unreachable'],
    inet: [
      'icmpx port-unreachable',
      'icmpx admin-prohibited',
      'icmpx no-route',
      'icmpx host-unreachable',
      `icmp${words.family === 'ip' ? '' : 'v6'} port-unreachable`,
    ],
  }[place.family]
  const text = words.weighted([
    [2, () => 'reject'],
    [3, () => `reject with ${words.pick(how)}`],
    [words.protocol() === 'tcp' ? 2 : 0, () => 'reject with tcp reset'],
  ])()
  return dropped(words, place, text)
}

const translation: Make = (words, { family, hook }) => {
  const of = family === 'inet' && words.percent(80) ? `${words.family} ` : ''
  const needs = family === 'inet' && of === '' ? `meta nfproto ${words.family === 'ip' ? 'ipv4' : 'ipv6'} ` : ''
  const kind = family === 'inet' ? `${needs}dnat ${words.family}` : 'dnat'
  const port = `${words.protocol()} dport ${words.port()}`
  if (hook === 'prerouting' || hook === 'output') {
    const endpoints = [words.endpoint(), words.endpoint(), words.endpoint()]
    const balanced = endpoints.map((ip, i) => `${i} : ${ip} . ${words.port()}`).join(', ')
    return words.weighted([
      [3, () => `${port} ${kind} to ${socketAddress(words.endpoint(), words.port())}`],
      [2, () => `${kind} to ${words.endpoint()}`],
      [family === 'inet' ? 0 : 1, () => `${port} dnat to :${words.port()}`],
      [
        2,
        () =>
          `meta l4proto ${words.protocol()} ${needs}dnat ${words.family} addr . port to numgen random mod 3 map { ${balanced} }`,
      ],
      [
        1,
        () =>
          `meta l4proto ${words.protocol()} ${needs}dnat ${words.family} addr . port to ${words.family} daddr . th dport map @endpoints${words.family === 'ip' ? 4 : 6}`,
      ],
      [1, () => `${kind} to ${words.family} daddr map { ${words.destination()} : ${words.endpoint()} }`],
      [2, () => `${port} redirect to :${words.port()}`],
      [
        1,
        () =>
          `meta l4proto ${words.protocol()} redirect to :${words.protocol()} dport map { 80 : 8080, 443 : 30443, 53 : 53 }`,
      ],
      [1, () => 'redirect'],
    ])()
  }
  const own = words.percent(70) ? words.pick(words.places.own.slice(0, 3)) : words.pick(words.places.clients)
  const source = family === 'inet' ? `${needs}snat ${words.family}` : 'snat'
  if (hook === 'input') return `${source} to ${own}`
  return words.weighted([
    [4, () => `masquerade${words.pick(['', ' fully-random', ' random'])}`],
    [2, () => `${source} to ${own}`],
    [1, () => `${source} to ${words.family} saddr map { ${words.source()} : ${own} }`],
    [1, () => `meta l4proto ${words.protocol()} masquerade to :1024-65535`],
  ])()
}

const harmless: Make = (words, { family }) =>
  words.pick([
    () => 'counter',
    () => 'log prefix "lab: "',
    () => (family === 'ip' ? 'ip dscp set cs1' : 'meta priority set 1:2'),
    () => 'meta nftrace set 1',
    () => `add @seen${words.family === 'ip' ? 4 : 6} { ${words.family} saddr }`,
  ])()

const verdictMap: Make = (words, place) => {
  const verdicts =
    place.type === 'nat'
      ? ['accept', 'return', 'continue']
      : ['accept', 'return', 'continue', ...(place.hook === 'output' || place.hook === 'postrouting' ? [] : ['drop'])]
  const verdict = (): string => words.pick(verdicts)
  return words.pick([
    () => `${words.protocol()} dport vmap { 80 : ${verdict()}, 443 : ${verdict()}, 1000-9000 : ${verdict()} }`,
    () => `${words.family} daddr vmap { ${words.destination()} : ${verdict()} }`,
    () => `${words.family} daddr vmap { ${words.pick(words.places.prefixes)} : ${verdict()}, * : ${verdict()} }`,
    () =>
      `${words.family} daddr . ${words.protocol()} dport vmap { ${words.destination()} . ${words.port()} : ${verdict()} }`,
    () => `iifname vmap { "eth0" : ${verdict()}, "lo" : ${verdict()} }`,
    () => `numgen random mod 2 vmap { 0 : ${verdict()}, 1 : ${verdict()} }`,
    () => `meta l4proto vmap { tcp : ${verdict()}, udp : ${verdict()} }`,
    () =>
      `ct state vmap { new : ${verdict()}, established : accept, invalid : ${verdict()}, untracked : ${verdict()} }`,
    () => `meta mark & 0x4000 vmap { 0x0 : ${verdict()}, 0x4000 : ${verdict()} }`,
  ])()
}

/** Headers that no packet of the lab has. */
const otherHeader = (words: Words): string =>
  words.pick(
    ['sctp dport 80', 'icmp type echo-request', 'icmpv6 type echo-request', 'esp spi 1'].filter(
      (text) => !text.startsWith(words.family === 'ip' ? 'icmpv6' : 'icmp '),
    ),
  )

export function nftRuleBy(words: Words, place: NftPlace): string {
  const isNat = place.type === 'nat'
  const make = words.weighted<Make>([
    [3, () => 'accept'],
    [1, () => 'return'],
    [isNat ? 0 : 3, (words, place) => dropped(words, place, 'drop')],
    [isNat || place.hook === 'postrouting' ? 0 : 3, refusal],
    [4, marking],
    [2, harmless],
    [2, verdictMap],
    [place.type === 'filter' && (place.hook === 'prerouting' || place.hook === 'output') ? 1 : 0, () => 'notrack'],
    [isNat ? 15 : 0, translation],
  ])
  if (words.oneIn(40)) return `${otherHeader(words)} drop`
  return words.ofOneProtocol(() => {
    const matches = nftMatchesBy(words, place, 3)
    return [...matches, ...(words.percent(20) ? ['counter'] : []), make(words, place)].join(' ')
  })
}
