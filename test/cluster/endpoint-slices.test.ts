/** Slices that are parsed when they are asked for say what slices that were parsed before say. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { Capture, ItemList } from '../../src/capture/capture.ts'
import { parseJsonList } from '../../src/capture/json-list.ts'
import { EndpointSlices } from '../../src/cluster/endpoint-slices.ts'
import { KpxError } from '../../src/error.ts'
import { parseIp } from '../../src/ruleset/address.ts'

const captureOf = (list: ItemList | undefined): Capture => ({
  name: 'test',
  path: 'test',
  flags: '--from test',
  nodes: [],
  file: () => undefined,
  files: () => [],
  list: () => list,
  blind: () => [],
  reached: () => undefined,
})

const addresses = ['10.0.0.1', '10.0.0.01', '10.0.0.2', 'fd00::1', 'fd00:0::1', 'example.com']
const names = ['web', 'a"b', 'é', 'w\\u0065b']

const slice = fc.record(
  {
    kind: fc.constantFrom('EndpointSlice', 'Pod', 7),
    metadata: fc.record({
      namespace: fc.constantFrom('shop', 'default'),
      labels: fc.record({ 'kubernetes.io/service-name': fc.constantFrom(...names, 7, 'addresses') }),
    }),
    ports: fc.constant([{ name: 'http', port: 80 }]),
    endpoints: fc.array(
      fc.record(
        {
          addresses: fc.oneof(
            fc.array(fc.constantFrom<unknown>(...addresses, 7, ['10.0.0.1'], null), { maxLength: 2 }),
            fc.constant('10.0.0.1'),
          ),
          nodeName: fc.constantFrom('node1', 'addresses', '"addresses": ["10.0.0.2"]'),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
)

/** What it says of every Service and address, or why it says nothing. */
function told(list: ItemList | undefined, together = false): unknown {
  try {
    const slices = new EndpointSlices(captureOf(list))
    if (together) expect(slices.all).to.be.an('array')
    return {
      of: ['shop', 'default'].map((namespace) => names.map((name) => slices.of({ namespace, name }))),
      at: addresses.flatMap((text) => parseIp(text) ?? []).map((ip) => slices.at(ip)),
      all: slices.all,
      isEmpty: slices.isEmpty,
      recorded: slices.recorded,
    }
  } catch (error) {
    return error instanceof KpxError ? error.message : error
  }
}

describe('EndpointSlices', () => {
  it('say the same before and after all are parsed', () => {
    const indent = fc.constantFrom(undefined, 1)
    const escaped = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => text.replaceAll('addresses', 'addresse\\u0073'),
      (text) => text.replaceAll('web', '\\u0077eb').replaceAll('kubernetes.io/', 'kubernetes.io\\/'),
    )
    fc.assert(
      fc.property(fc.array(slice, { maxLength: 4 }), indent, escaped, (items, blanks, escape) => {
        const text = escape(JSON.stringify({ items }, null, blanks))
        const parsed = (JSON.parse(text) as { items: unknown[] }).items
        const answers = told(parsed)
        expect(told(parseJsonList(Buffer.from(text), 'test')), text).to.deep.equal(answers)
        expect(told(parseJsonList(Buffer.from(text), 'test'), true), text).to.deep.equal(answers)
      }),
    )
  })

  it('that were not recorded are none', () => {
    const slices = new EndpointSlices(captureOf(undefined))
    expect([slices.recorded, slices.isEmpty, slices.all]).to.deep.equal([false, true, []])
  })

  it('that are no JSON say so when they are asked for', () => {
    const text = '{"items":[{"metadata":{"namespace":"a","labels":{"kubernetes.io/service-name":"web"}},"x":nil}]}'
    const read = (): unknown =>
      new EndpointSlices(captureOf(parseJsonList(Buffer.from(text), 'slices.json'))).of({ namespace: 'a', name: 'web' })
    expect(read).to.throw(KpxError, /^slices\.json:1:\d+: not JSON/)
  })
})
