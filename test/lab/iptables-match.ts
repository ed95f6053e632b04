/** Matches of an iptables rule, by chance: of every extension that the evaluator knows, where the kernel takes it. */
import type { IpSets } from './ipsets.ts'
import type { Words } from './words.ts'

export type Hook = 'FORWARD' | 'INPUT' | 'OUTPUT' | 'POSTROUTING' | 'PREROUTING'

export interface Place {
  readonly table: string
  readonly hook: Hook
  /** A chain of the kernel's own takes fewer options. */
  readonly builtIn: boolean
}

type Match = (words: Words, place: Place, sets: IpSets) => string | undefined

const not = (words: Words): string => (words.percent(25) ? '! ' : '')

const states = ['NEW', 'NEW', 'INVALID', 'ESTABLISHED', 'RELATED', 'UNTRACKED', 'DNAT', 'SNAT']

const addressTypes = (words: Words): string[] =>
  words.some(
    words.family === 'ip'
      ? ['LOCAL', 'LOCAL', 'UNICAST', 'BLACKHOLE', 'PROHIBIT', 'BROADCAST', 'MULTICAST', 'UNREACHABLE']
      : ['LOCAL', 'LOCAL', 'UNICAST', 'MULTICAST', 'ANYCAST', 'UNREACHABLE'],
    words.percent(80) ? 1 : 2,
  )

const masked = (words: Words): string => (words.percent(60) ? `${words.mark()}/${words.mark()}` : words.mark())

const isLate = ({ hook }: Place): boolean => hook === 'OUTPUT' || hook === 'POSTROUTING'
const isEarly = ({ hook }: Place): boolean => hook === 'PREROUTING' || hook === 'INPUT'

const device: Match = (words, place) => {
  const name = words.percent(30) ? `${words.device().slice(0, -1)}+` : words.device()
  if (words.percent(50)) return place.builtIn && isLate(place) ? undefined : `${not(words)}-i ${name}`
  return place.builtIn && isEarly(place) ? undefined : `${not(words)}-o ${name}`
}

const transport: Match = (words) => {
  const protocol = words.protocol()
  const head = `-p ${protocol} -m ${protocol}`
  const [low, high] = words.portRange()
  return words.weighted([
    [6, `${head} ${not(words)}--dport ${words.port()}`],
    [2, `${head} ${not(words)}--dport ${low}:${high}`],
    [1, `${head} --sport 1024:65535 --dport ${low}:65535`],
    [1, `${head} ! --sport 1:1023`],
    [1, `-p tcp -m tcp ${not(words)}--tcp-flags FIN,SYN,RST,ACK SYN`],
    [1, `-p tcp -m tcp ${not(words)}--tcp-flags SYN,RST ${words.pick(['SYN', 'RST', 'SYN,RST', 'NONE'])}`],
    [1, `-p tcp -m tcp ${not(words)}--syn`],
    [1, `-p ${protocol}`],
    [1, `! -p ${protocol}`],
  ])
}

const multiport: Match = (words) => {
  const option = words.pick(['--dports', '--dports', '--ports', '--sports'])
  const list = words
    .some(['53', '80', '443', ...(option === '--ports' ? ['1:79'] : ['8080:9000', '30000:32767'])], 3)
    .join(',')
  const ports = option === '--sports' ? '1024:65535' : list
  return `-p ${words.protocol()} -m multiport ${not(words)}${option} ${ports}`
}

const range: Match = (words) => {
  const [low, high] = words.family === 'ip' ? ['10.96.0.0', '10.244.1.255'] : ['fd00:10:96::', 'fd00:10:244:1::ff']
  return `-m iprange ${not(words)}${words.pick(['--src-range', '--dst-range'])} ${low}-${high}`
}

const conntrack: Match = (words) =>
  words.weighted([
    [6, `-m conntrack ${not(words)}--ctstate ${words.some(states, 3).join(',')}`],
    [2, `-m state ${not(words)}--state ${words.some(states.slice(0, 6), 2).join(',')}`],
    [
      1,
      `-m conntrack ${not(words)}--ctstatus ${words.some(['NONE', 'CONFIRMED', 'SEEN_REPLY', 'ASSURED', 'EXPECTED'], 2).join(',')}`,
    ],
    [2, `-m conntrack ${not(words)}--ctorigdst ${words.destinationPrefix()}`],
    [1, `-m conntrack ${not(words)}--ctorigsrc ${words.sourcePrefix()}`],
    [1, `-m conntrack --ctproto ${words.protocol()} ${not(words)}--ctorigdstport ${words.port()}`],
    [1, `-m conntrack --ctdir ${words.pick(['ORIGINAL', 'REPLY'])}`],
    [1, `-m conntrack --ctstate ${words.pick(states)} ${not(words)}--ctorigdst ${words.destinationPrefix()}`],
  ])

const addressType: Match = (words, { hook }) => {
  const limits = isEarly({ hook } as Place) || hook === 'FORWARD' ? ['--limit-iface-in'] : []
  if (isLate({ hook } as Place) || hook === 'FORWARD') limits.push('--limit-iface-out')
  const limit = words.percent(20) ? ` ${words.pick(limits)}` : ''
  return `-m addrtype ${not(words)}${words.pick(['--dst-type', '--dst-type', '--src-type'])} ${addressTypes(words).join(',')}${limit}`
}

/** Of what the node itself may answer to, counters would see both. */
const answerless = (words: Words): string => {
  const protocol = words.protocol()
  return `-p ${protocol} -m ${protocol} --dport 1:19999`
}

const statistic: Match = (words) => {
  if (words.percent(30) && words.once('counter'))
    return `${answerless(words)} -m statistic --mode nth --every ${words.pick([2, 3])} --packet ${words.below(2)}`
  return `-m statistic --mode random ${not(words)}--probability ${words.pick(['0.50000000000', '0.33333333349', '0.25000000000'])}`
}

/** Who sends what the node forwards has no socket there. */
const owner: Match = (words, { hook }) =>
  hook === 'POSTROUTING'
    ? `-m owner ${not(words)}${words.pick(['--uid-owner 0', '--gid-owner 5', '--socket-exists'])}`
    : undefined

/** The lists are emptied before each packet. */
const recent: Match = (words) => {
  const name = `--name ${words.pick(['one', 'two'])} ${words.pick(['--rsource', '--rsource', '--rdest'])}`
  return `-m recent ${words.pick([`--set ${name}`, `${not(words)}--rcheck --seconds 60 ${name}`, `${not(words)}--update --hitcount 2 ${name}`, `--remove ${name}`])}`
}

const physdev: Match = (words, { hook }) =>
  hook === 'OUTPUT' ? undefined : `-m physdev ${not(words)}${words.pick(['--physdev-is-in', '--physdev-is-bridged'])}`

const policy: Match = (words, place) => {
  const directions = [
    ...(isEarly(place) || place.hook === 'FORWARD' ? ['in'] : []),
    ...(isLate(place) || place.hook === 'FORWARD' ? ['out'] : []),
  ]
  return `-m policy --dir ${words.pick(directions)} --pol ${words.pick(['none', 'none', 'ipsec'])}`
}

const rpfilter: Match = (words, { hook, table }) =>
  hook === 'PREROUTING' && (table === 'raw' || table === 'mangle')
    ? `-m rpfilter${words.some(['', ' --loose', ' --accept-local', ' --validmark', ' --invert'], 2).join('')}`
    : undefined

const socket: Match = (_words, { hook, table }) =>
  (hook === 'PREROUTING' || hook === 'INPUT') && table === 'mangle' ? '-m socket --transparent' : undefined

/** Headers that no packet of the lab has. */
const otherHeader: Match = (words) =>
  words.family === 'ip'
    ? words.pick([
        '-p icmp -m icmp --icmp-type 8',
        '-p ah -m ah --ahspi 1',
        '-p esp -m esp --espspi 1:9',
        '-p sctp -m sctp --dport 80',
      ])
    : words.pick([
        '-p ipv6-icmp -m icmp6 --icmpv6-type 128',
        '-m rt --rt-type 0',
        '-m hbh',
        '-m dst',
        '-m frag --fragid 1',
        '-p esp -m esp --espspi 1:9',
      ])

const extensions: readonly (readonly [number, Match])[] = [
  [6, (words) => `${not(words)}-s ${words.sourcePrefix()}`],
  [10, (words) => `${not(words)}-d ${words.destinationPrefix()}`],
  [6, device],
  [10, transport],
  [3, multiport],
  [2, range],
  [8, conntrack],
  [5, (words) => `-m mark ${not(words)}--mark ${masked(words)}`],
  [2, (words) => `-m connmark ${not(words)}--mark ${masked(words)}`],
  [5, addressType],
  [4, (words, _place, sets) => sets.match(words, not(words))],
  [3, statistic],
  [1, (words) => `-m comment --comment "${words.pick(['a rule', 'b', "it's -j DROP"])}"`],
  [2, physdev],
  [1, (words) => `-m pkttype ${not(words)}--pkt-type ${words.pick(['unicast', 'unicast', 'broadcast', 'multicast'])}`],
  [1, policy],
  [2, rpfilter],
  [1, socket],
  [1, owner],
  [1, recent],
  [1, otherHeader],
]

/** Each extension once: `-p` twice would be refused. */
export function matchesBy(words: Words, place: Place, sets: IpSets, most: number): string[] {
  const chosen = new Set<Match>()
  for (let i = words.below(most + 1); i > 0; i--) chosen.add(words.weighted(extensions))
  const made = [...chosen].flatMap((match) => match(words, place, sets) ?? [])
  let hasProtocol = false
  return made.filter((text) => {
    const names = /(?:^| )-p /.test(text)
    const isSecond = names && hasProtocol
    hasProtocol ||= names
    return !isSecond
  })
}
