/** Random nft rules in the shape that the decoders give, for property tests. */
import fc from 'fast-check'
import type { NftExpression, NftRule, NftStatement, NftVerdict } from '../../src/ruleset/nft.ts'

const bytes = (...ranges: [number, number][]) => fc.tuple(...ranges.map(([min, max]) => fc.integer({ min, max })))

const ip4 = bytes([1, 223], [0, 255], [0, 255], [1, 254]).map((octets) => octets.join('.'))
const ip6 = fc.integer({ min: 1, max: 0xffff }).map((n) => `fd00:10:96::${n.toString(16)}`)
const port = fc.integer({ min: 1, max: 65535 })
const mark = fc.integer({ min: 0, max: 0xffffffff })
const protocol = fc.constantFrom('tcp', 'udp', 'sctp', 'icmp', 200)
const interfaceName = fc.constantFrom('eth0', 'br-*', 'cali+x', '0', 'a b', 'lo')
const bitNames: Record<string, string[]> = {
  ct: ['new', 'established', 'related', 'invalid'],
  tcp: ['fin', 'syn', 'rst', 'ack'],
}
/** As kube-proxy names its chains and sets. */
const name = fc
  .tuple(
    fc.constantFrom('service', 'endpoint', 'external', 'x'),
    fc.stringMatching(/^[A-Z2-7]{8}$/),
    fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/),
  )
  .map(([kind, hash, service]) => `${kind}-${hash}-ns/${service}/tcp/http__10.244.0.1/80`)
const comment = fc.stringMatching(/^[ -!#-~é]{0,30}$/)

const prefix4: fc.Arbitrary<NftExpression> = fc
  .tuple(ip4, fc.integer({ min: 0, max: 32 }))
  .map(([addr, len]) => ({ prefix: { addr, len } }))
const prefix6: fc.Arbitrary<NftExpression> = fc
  .tuple(ip6, fc.integer({ min: 0, max: 128 }))
  .map(([addr, len]) => ({ prefix: { addr, len } }))
const rangeOf = (end: fc.Arbitrary<NftExpression>): fc.Arbitrary<NftExpression> =>
  fc.tuple(end, end).map((range) => ({ range }))

interface Load {
  readonly load: NftExpression
  readonly value: fc.Arbitrary<NftExpression>
}

const loads: Load[] = [
  { load: { payload: { protocol: 'ip', field: 'saddr' } }, value: fc.oneof(ip4, prefix4, rangeOf(ip4)) },
  { load: { payload: { protocol: 'ip6', field: 'daddr' } }, value: fc.oneof(ip6, prefix6, rangeOf(ip6)) },
  { load: { payload: { protocol: 'th', field: 'dport' } }, value: fc.oneof(port, rangeOf(port)) },
  { load: { payload: { protocol: 'tcp', field: 'sport' } }, value: fc.oneof(port, rangeOf(port)) },
  { load: { meta: { key: 'l4proto' } }, value: protocol },
  { load: { meta: { key: 'iifname' } }, value: interfaceName },
  { load: { meta: { key: 'mark' } }, value: fc.oneof(mark, rangeOf(mark)) },
  { load: { ct: { key: 'mark' } }, value: mark },
  { load: { ct: { key: 'daddr', dir: 'original', family: 'ip' } }, value: ip4 },
  { load: { ct: { key: 'expiration' } }, value: fc.integer({ min: 1, max: 1e6 }) },
  { load: { fib: { result: 'type', flags: ['daddr', 'iif'] } }, value: fc.constantFrom('local', 'broadcast') },
  { load: { numgen: { mode: 'random', mod: 7, offset: 0 } }, value: fc.nat(6) },
  { load: { numgen: { mode: 'inc', mod: 7, offset: 3 } }, value: fc.nat(6) },
  { load: { symhash: { mod: 2, offset: 5 } }, value: fc.nat(6) },
  { load: { other: '@nh,96,32' }, value: fc.nat(1e9) },
  { load: { other: 'tcp option maxseg size' }, value: port },
]

const single = fc.constantFrom(...loads)

/** A load, or several concatenated, with a constant to compare. */
const loadAndValue: fc.Arbitrary<[NftExpression, NftExpression]> = fc.oneof(
  single.chain(({ load, value }) => value.map((v): [NftExpression, NftExpression] => [load, v])),
  fc
    .uniqueArray(single, { minLength: 2, maxLength: 4 })
    .chain((parts) =>
      fc
        .tuple(...parts.map(({ value }) => value))
        .map((values): [NftExpression, NftExpression] => [
          { concat: parts.map(({ load }) => load) },
          { concat: values },
        ]),
    ),
)

const elem = (val: NftExpression) =>
  fc
    .record(
      {
        comment,
        counter: fc.record({ packets: fc.nat(), bytes: fc.nat() }),
        timeout: fc.integer({ min: 1, max: 1e7 }),
      },
      { requiredKeys: [] },
    )
    .map((properties): NftExpression => (Object.keys(properties).length === 0 ? val : { elem: { val, ...properties } }))

const target = name.map((target) => ({ target }))

const verdict: fc.Arbitrary<NftVerdict> = fc.oneof(
  fc.constantFrom<NftVerdict>({ accept: null }, { drop: null }, { continue: null }, { return: null }),
  target.map((jump) => ({ jump })),
  target.map((goto) => ({ goto })),
)

const reference = name.map((set) => `@${set}`)

const match: fc.Arbitrary<NftStatement> = loadAndValue.chain(([left, value]) => {
  const isConcat = typeof value === 'object' && 'concat' in value
  const right = fc.oneof(
    reference,
    fc.array(elem(value), { minLength: 1, maxLength: 3 }).map((set) => ({ set })),
    ...(isConcat ? [] : [fc.constant(value)]),
  )
  return fc
    .tuple(fc.constantFrom('==' as const, '!=' as const), right)
    .map(([op, r]) => ({ match: { op, left, right: r } }))
})

const ordered: fc.Arbitrary<NftStatement> = fc
  .tuple(fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const), port)
  .map(([op, right]) => ({ match: { op, left: { payload: { protocol: 'tcp', field: 'dport' } }, right } }))

const orTogether = (bits: readonly NftExpression[]): NftExpression =>
  bits.reduce((left, right) => ({ '|': [left, right] }))

const bitMatch: fc.Arbitrary<NftStatement> = fc.constantFrom('ct', 'tcp').chain((kind) => {
  const left: NftExpression =
    kind === 'ct' ? { ct: { key: 'state' } } : { payload: { protocol: 'tcp', field: 'flags' } }
  const bits = fc.uniqueArray(fc.constantFrom(...(bitNames[kind] ?? [])), { minLength: 1, maxLength: 3 })
  const any = fc.tuple(fc.constantFrom('in' as const, '!' as const), bits)
  const exact = fc.tuple(fc.constantFrom('==' as const, '!=' as const), bits)
  const masked = fc.tuple(fc.constantFrom('==' as const, '!=' as const), bits, bits)
  return fc.oneof(
    any.map(([op, set]): NftStatement => ({ match: { op, left, right: set.length === 1 ? (set[0] ?? '') : { set } } })),
    exact.map(([op, set]): NftStatement => ({ match: { op, left, right: orTogether(set) } })),
    masked.map(([op, set, mask]): NftStatement => ({
      match: { op, left: { '&': [left, orTogether(mask)] }, right: orTogether(set) },
    })),
  )
})

const maskedMark: fc.Arbitrary<NftStatement> = fc
  .tuple(fc.constantFrom('==' as const, '!=' as const, '<' as const), mark, mark)
  .map(([op, mask, right]) => ({ match: { op, left: { '&': [{ meta: { key: 'mark' } }, mask] }, right } }))

const vmap: fc.Arbitrary<NftStatement> = loadAndValue.chain(([key, value]) =>
  fc
    .oneof(
      reference,
      fc
        .array(fc.tuple(elem(value), verdict), { minLength: 1, maxLength: 3 })
        .map((pairs): NftExpression => ({ set: [...pairs, ['*', { accept: null }]] })),
    )
    .map((data) => ({ vmap: { key, data } })),
)

const markOperand = fc.oneof(mark, fc.constant<NftExpression>({ ct: { key: 'mark' } }))

/** Nested bit operations, with parentheses where they are needed. */
const markValue: fc.Arbitrary<NftExpression> = fc.letrec<{ e: NftExpression }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant({ meta: { key: 'mark' } }),
    fc.tuple(tie('e'), markOperand).map((pair) => ({ '&': pair })),
    fc.tuple(tie('e'), markOperand).map((pair) => ({ '|': pair })),
    fc.tuple(tie('e'), markOperand).map((pair) => ({ '^': pair })),
    fc.tuple(tie('e'), fc.integer({ min: 1, max: 31 })).map((pair) => ({ '<<': pair })),
    fc.tuple(tie('e'), tie('e')).map((pair) => ({ '|': pair })),
  ),
})).e

const mangle: fc.Arbitrary<NftStatement> = fc
  .tuple(fc.constantFrom<NftExpression>({ meta: { key: 'mark' } }, { ct: { key: 'mark' } }), fc.oneof(mark, markValue))
  .map(([key, value]) => ({ mangle: { key, value } }))

const flags = fc
  .subarray(['fully-random', 'persistent', 'random'])
  .map((set) => (set.length === 0 ? {} : { flags: set }))

const endpoints: fc.Arbitrary<NftExpression> = fc
  .array(fc.tuple(ip4, port), { minLength: 1, maxLength: 4 })
  .map((list) => ({
    map: {
      key: { numgen: { mode: 'random', mod: list.length, offset: 0 } },
      data: { set: list.map((concat, i): [number, NftExpression] => [i, { concat }]) },
    },
  }))

const natPort = fc.oneof(port, rangeOf(port))

const nat: fc.Arbitrary<NftStatement> = fc.oneof(
  fc
    .tuple(fc.oneof(ip4, ip6, rangeOf(ip4), rangeOf(ip6)), natPort, flags)
    .map(([addr, p, f]) => ({ dnat: { addr, port: p, ...f } })),
  fc.tuple(fc.oneof(ip4, ip6, endpoints), flags).map(([addr, f]) => ({ dnat: { family: 'ip', addr, ...f } })),
  fc.tuple(ip4, flags).map(([addr, f]) => ({ snat: { addr, ...f } })),
  fc.tuple(natPort, flags).map(([p, f]) => ({ redirect: { port: p, ...f } })),
  flags.map((f) => ({ masquerade: f })),
)

const reject: fc.Arbitrary<NftStatement> = fc.oneof(
  fc
    .tuple(fc.constantFrom('icmp', 'icmpv6', 'icmpx'), fc.constantFrom('port-unreachable', 'admin-prohibited'))
    .map(([type, expr]) => ({ reject: { type, expr } })),
  fc.constant({ reject: { type: 'tcp reset' } }),
)

const per = fc.constantFrom('second', 'hour')
const burst = fc.integer({ min: 0, max: 99 })

const limit: fc.Arbitrary<NftStatement> = fc
  .oneof(
    fc.record({ rate: fc.nat(1000), burst, per }),
    fc.record({ rate: fc.nat(1000), burst, per, inv: fc.constant(true) }),
    fc.record({ rate: fc.nat(1000), burst, per, rate_unit: fc.constant('kbytes'), burst_unit: fc.constant('bytes') }),
  )
  .map((limit) => ({ limit }))

const log: fc.Arbitrary<NftStatement> = fc
  .record(
    {
      prefix: comment,
      group: fc.nat(65535),
      level: fc.constantFrom('info', 'debug'),
      flags: fc.subarray(['ether', 'ip options', 'skuid', 'tcp options', 'tcp sequence'], { minLength: 1 }),
    },
    { requiredKeys: [] },
  )
  .map((statement) => ({ log: statement }))

const setUpdate: fc.Arbitrary<NftStatement> = fc
  .tuple(fc.constantFrom('add', 'update', 'delete'), single, reference, fc.option(fc.integer({ min: 1, max: 1e6 })))
  .map(([op, { load }, set, timeout]) => ({
    set: { op, elem: timeout === null ? load : { elem: { val: load, timeout } }, set },
  }))

/** What kpx carries as text must not swallow what follows. */
const opaque: fc.Arbitrary<NftStatement> = fc
  .constantFrom(
    'queue flags bypass to 1-3',
    'queue',
    'quota over 25 mbytes',
    'quota name "q"',
    'ct helper set "ftp"',
    'ct count over 10',
  )
  .map((other) => ({ other }))

const statement: fc.Arbitrary<NftStatement> = fc.oneof(
  { arbitrary: match, weight: 4 },
  verdict,
  ordered,
  bitMatch,
  maskedMark,
  vmap,
  mangle,
  nat,
  reject,
  limit,
  log,
  setUpdate,
  opaque,
  fc.record({ packets: fc.nat(), bytes: fc.nat() }).map((counter) => ({ counter })),
  name.map((counter) => ({ counter })),
  fc.constantFrom<NftStatement>({ notrack: null }, { xt: { type: 'match', name: 'nfacct' } }),
)

export const arbitraryRule: fc.Arbitrary<NftRule> = fc
  .tuple(fc.array(statement, { minLength: 1, maxLength: 5 }), fc.option(comment))
  .map(([statements, text]): NftRule =>
    text === null ? { tool: 'nft', statements } : { tool: 'nft', comment: text, statements },
  )

export const arbitraryFamily = fc.constantFrom('ip' as const, 'ip6' as const, 'inet' as const)
