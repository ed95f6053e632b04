/** Values for fields, good and bad: what a person might write into each. */
import type { Field, FieldType } from '../../src/config/field.ts'
import type { Random } from '../fuzz/random.ts'

/** What stands in the text after `key: `; `raw` is never quoted or folded. */
export type Written =
  | { readonly items: readonly Written[] }
  | { readonly pairs: readonly (readonly [string, Written])[] }
  | { readonly raw: string }
  | { readonly text: string }

const raw = (text: string): Written => ({ raw: text })
const quoted = (text: string): Written => ({ text })
const texts = (...all: string[]): Written => ({ items: all.map(quoted) })

const good: Readonly<Record<FieldType, readonly Written[]>> = {
  boolean: ['true', 'false', 'yes', 'off', 'True', 'n', 'null', '~'].map(raw),
  duration: ['30s', '1m', '1h30m', '0s', '0', '500ms', '1.5s', '5s', '1us', '-1s', '+10s', '24h', '.5m', '1h1m1s'].map(
    quoted,
  ),
  float32: ['5', '0', '1.7', '-3', '1e3', '.5', '16777217', '0x10', '1_000', '3.4e38'].map(raw),
  gates: [{ pairs: [] }],
  int32: [
    '0',
    '1',
    '14',
    '31',
    '32',
    '-1',
    '-1000',
    '1000',
    '1001',
    '010',
    '0x1f',
    '1_000',
    '1e1',
    '5.0',
    '2147483647',
    '+7',
    '0b11',
    '0o17',
    'null',
  ].map(raw),
  nanoseconds: [...['5s', '1m', '0s', '-1s'].map(quoted), ...['5000000000', '0', '-1', '1e9'].map(raw)],
  quantity: [...['0', '512', '2Ki', '1.5k', '1e3', ' 7 '].map(quoted), ...['0', '512', '1.5', 'null'].map(raw)],
  string: [...['', 'a', 'node-1', '1', 'true'].map(quoted), raw('null'), raw('plain text')],
  strings: [texts(), texts('10.0.0.0/8'), texts('10.0.0.0/8', 'fd00::/8'), raw('null'), raw('[]')],
  uint32: ['0', '2', '9', '4294967295', '2147483648', '2147483647', '1e1'].map(raw),
  vmodule: [
    texts(),
    {
      items: [
        {
          pairs: [
            ['filePattern', quoted('a*')],
            ['verbosity', raw('3')],
          ],
        },
      ],
    },
  ],
}

/** Of any field: what does not fit, most of the time. */
const odd: readonly Written[] = [
  ...[
    '5',
    '-7',
    '1.5',
    'true',
    'no',
    'null',
    '2001-01-01',
    '.inf',
    '.nan',
    '[a]',
    '{}',
    '[]',
    '{a: b}',
    '!!str 5',
    '!!int "7"',
    '!foo 3',
    '1e999',
    '99999999999',
    '-0',
    '-0.0',
    '0o8',
    '08',
    '1:30',
    '<<',
    '12e03',
    '0b102',
    '2147483648',
    '18446744073709551616',
    '!!float 5',
    '!!bool yes',
    '"a\\tb"',
    "'it''s'",
  ].map(raw),
  ...['5', 'x', '', ' ', '1d', '30', '1 s', 'IPTABLES', '\u00e9', '\ud83d\ude00', '5\u00b5s', 'yes', '010', '~'].map(
    quoted,
  ),
  texts('5', 'x'),
  { items: [raw('1'), raw('null'), raw('true')] },
  { pairs: [['a', quoted('b')]] },
]

const addresses = [
  '0.0.0.0',
  '::',
  '10.0.0.1',
  'fd00::1',
  '010.0.0.1',
  '10.10.12.11:2000',
  '::ffff:10.0.0.1',
  'localhost',
  '1.2.3',
  '[::1]',
  'fe80::1%eth0',
  '',
  '256.0.0.1',
  '1.2.3.4.5',
  '00001::',
  '::1.2.3.4',
  '1::2::3',
  '10.0.0.1/8',
]
const hostPorts = [
  ...addresses,
  '0.0.0.0:10256',
  '[::]:10249',
  '10.0.0.1:0',
  '10.0.0.1:65536',
  '10.0.0.1:foo',
  '10.0.0.1:',
  ':80',
  '[fd00::1]:80',
  '::1:80',
  'a:b:c',
  '123.456.789.10:12345',
  '10.0.0.1:+80',
  '10.0.0.1:0080',
  '[10.0.0.1]:80',
  '[::1]x:80',
  '[::1',
]
const blocks = [
  '10.0.0.0/8',
  'fd00::/48',
  '10.100.0.0/16',
  '::/0',
  '10.0.0.1',
  '10.0.0.0/33',
  '1.2.3',
  '10.0.0.0/08',
  '010.0.0.0/8',
  '::ffff:10.0.0.0/104',
  'primary',
  'localhost',
  'all',
  '',
  'fd00::/129',
  '10.0.0.0/',
  '10.0.0.0/+8',
  ' 10.0.0.0/8',
]

const ofField: Readonly<Record<string, readonly string[]>> = {
  bindAddress: addresses,
  detectLocalMode: [
    'ClusterCIDR',
    'NodeCIDR',
    'BridgeInterface',
    'InterfaceNamePrefix',
    '',
    'clusterCIDR',
    'Guess',
    ' ',
  ],
  'detectLocal.bridgeInterface': ['', 'cni0'],
  'detectLocal.interfaceNamePrefix': ['', 'veth'],
  healthzBindAddress: hostPorts,
  'ipvs.scheduler': ['', 'rr', 'sh', 'mh', 'RR', 'nq', 'lblcr'],
  'logging.format': ['text', 'json', '', 'xml', 'JSON'],
  metricsBindAddress: hostPorts,
  mode: ['iptables', 'ipvs', 'nftables', 'userspace', 'kernelspace', '', 'IPVS', 'nftable', 'iptables '],
  portRange: [
    '',
    '300-2000',
    '300+5',
    '70000',
    '5-1',
    'a-b',
    ' 5 ',
    '1-2-3',
    '5--1',
    '1+-1',
    '65535',
    '-5',
    '+5',
    '10-',
  ],
  showHiddenMetricsForVersion: ['', '1.22', '1.28', '1.32', '1.36', '1.3', 'v1.36', '1.36.0'],
}

export function valueFor(field: Field, gates: readonly string[], random: Random): Written {
  if (random.oneIn(12)) return random.pick(odd)
  const own = ofField[field.path]
  if (own && !random.oneIn(10)) return quoted(random.pick(own))
  if (field.path === 'clusterCIDR') return quoted(some(blocks, 3, random).join(random.oneIn(8) ? ', ' : ','))
  if (field.path === 'nodePortAddresses' || field.path === 'ipvs.excludeCIDRs') return texts(...some(blocks, 4, random))
  if (field.type === 'gates') return { pairs: gatesFor(gates, random) }
  if (field.type === 'vmodule' && !random.oneIn(3)) return vmodule(random)
  return random.pick(good[field.type])
}

const some = (all: readonly string[], most: number, random: Random): string[] =>
  Array.from({ length: random.below(most + 1) }, () => random.pick(all.slice(0, random.oneIn(2) ? 4 : all.length)))

function gatesFor(gates: readonly string[], random: Random): (readonly [string, Written])[] {
  return Array.from({ length: 1 + random.below(3) }, () => {
    const name = random.oneIn(12)
      ? random.pick(['Foo', 'nftablesProxyMode', 'AllAlpha', 'AllBeta', ''])
      : random.pick(gates)
    return [
      name,
      raw(random.oneIn(30) ? random.pick(['null', '1', '"true"']) : random.pick(['true', 'false', 'on', 'No'])),
    ]
  })
}

function vmodule(random: Random): Written {
  const item = (): Written => ({
    pairs: [
      ['filePattern', quoted(random.pick(['proxier', 'a*', '', 'x=1', 'a,b', '[']))],
      ['verbosity', raw(random.pick(['3', '0', '2147483648', '-1', '"4"', 'null']))],
      ...(random.oneIn(8) ? [['level', raw('4')] as const] : []),
    ],
  })
  return { items: Array.from({ length: 1 + random.below(2) }, item) }
}
