/** The target of an iptables rule, by chance: every one that the evaluator knows, where the kernel takes it. */
import type { Place } from './iptables-match.ts'
import { socketAddress } from './services.ts'
import type { Words } from './words.ts'

interface Target {
  readonly text: string
  /** What the rule must match besides. */
  readonly only?: string
}

type Make = (words: Words, place: Place) => Target | undefined

const plain =
  (text: string): Make =>
  () => ({ text })

/** Answers of the node itself have other ports, so that a refusal is heard. */
const dropping =
  (make: (words: Words) => string): Make =>
  (words, { hook }) => {
    const text = make(words)
    const protocol = text.includes('tcp-reset') ? 'tcp' : words.protocol()
    if (hook !== 'OUTPUT' && hook !== 'POSTROUTING' && protocol === 'udp') return { text }
    return { text, only: `-p ${protocol} -m ${protocol} --dport ${words.percent(30) ? '1:19999' : words.port()}` }
  }

const refusals = {
  ip: [
    'net-unreachable',
    'host-unreachable',
    'port-unreachable',
    'proto-unreachable',
    'net-prohibited',
    'host-prohibited',
    'admin-prohibited',
  ],
  ip6: ['no-route', 'adm-prohibited', 'addr-unreachable', 'port-unreachable'],
} as const

const refusal = (words: Words): string => {
  const how = words.percent(25)
    ? 'tcp-reset'
    : `icmp${words.family === 'ip' ? '' : '6'}-${words.pick(refusals[words.family])}`
  return `-j REJECT --reject-with ${how}`
}

const marking: Make = (words, { table }) => {
  const [value, mask] = [words.mark(), words.mark()]
  const option = words.pick([
    `--set-xmark ${value}/${mask}`,
    `--set-mark ${value}`,
    `--or-mark ${value}`,
    `--and-mark ${value}`,
    `--xor-mark ${value}`,
  ])
  const connection = words.pick([
    `--set-xmark ${value}/${mask}`,
    '--save-mark',
    `--restore-mark --nfmask ${value} --ctmask ${mask}`,
    '--restore-mark',
    `--save-mark --nfmask ${value} --ctmask ${mask}`,
  ])
  return {
    text: words.percent(70)
      ? `-j MARK ${option}`
      : table === 'mangle' || words.percent(30)
        ? `-j CONNMARK ${connection}`
        : `-j MARK ${option}`,
  }
}

const harmless: Make = (words, { hook, table }) => {
  const mangling = [
    words.family === 'ip' ? '-j TTL --ttl-dec 1' : '-j HL --hl-dec 1',
    '-j DSCP --set-dscp 0x2e',
    '-j TOS --set-tos 0x10/0x3f',
  ]
  if (hook !== 'INPUT' && hook !== 'PREROUTING') mangling.push('-j CLASSIFY --set-class 1:2')
  const tcp = '-p tcp -m tcp --tcp-flags SYN,RST SYN'
  if (table === 'mangle' && hook !== 'INPUT' && hook !== 'PREROUTING' && words.percent(20))
    return { text: '-j TCPMSS --clamp-mss-to-pmtu', only: tcp }
  const always = [
    '-j LOG --log-prefix "lab: "',
    '-j NFLOG --nflog-group 5 --nflog-prefix lab',
    '-j AUDIT --type accept',
  ]
  if (table === 'raw') always.push('-j TRACE')
  return { text: words.pick(table === 'mangle' ? [...mangling, ...always] : always) }
}

const translation: Make = (words, { hook }) => {
  const protocol = words.protocol()
  const random = words.pick(['', '', ' --random', ' --persistent'])
  const only = `-p ${protocol} -m ${protocol} --dport ${words.port()}`
  if (hook === 'PREROUTING' || hook === 'OUTPUT') {
    return words.weighted<Target>([
      [4, { text: `-j DNAT --to-destination ${socketAddress(words.endpoint(), words.port())}${random}`, only }],
      [2, { text: `-j DNAT --to-destination ${words.endpoint()}${random}` }],
      [1, { text: '-j REDIRECT' }],
      [2, { text: `-j REDIRECT --to-ports ${words.port()}`, only }],
    ])
  }
  const own = words.percent(70) ? words.places.own[0] : words.pick(words.places.clients)
  return words.weighted<Target>([
    [hook === 'INPUT' ? 0 : 4, { text: `-j MASQUERADE${words.pick(['', ' --random-fully', ' --random'])}` }],
    [2, { text: `-j SNAT --to-source ${own}${random}` }],
  ])
}

const notTracked: Make = (words, { table }) =>
  table === 'raw' ? { text: words.pick(['-j CT --notrack', '-j NOTRACK']) } : undefined

const dropsIn: readonly (readonly [number, Make])[] = [
  [3, plain('-j ACCEPT')],
  [2, plain('-j RETURN')],
  [3, dropping(() => '-j DROP')],
  [4, marking],
  [2, harmless],
]

const byTable: Readonly<Record<string, readonly (readonly [number, Make])[]>> = {
  raw: [...dropsIn, [3, notTracked]],
  mangle: [...dropsIn, [6, marking]],
  nat: [
    [2, plain('-j ACCEPT')],
    [2, plain('-j RETURN')],
    [3, marking],
    [1, harmless],
    [10, translation],
  ],
  filter: [...dropsIn, [4, plain('-j ACCEPT')], [2, dropping(() => '-j DROP')], [5, dropping(refusal)]],
  security: [
    [2, plain('-j ACCEPT')],
    [1, plain('-j RETURN')],
    [2, marking],
  ],
}

export function targetBy(words: Words, place: Place): Target {
  return words.weighted(byTable[place.table] ?? dropsIn)(words, place) ?? { text: '-j RETURN' }
}
