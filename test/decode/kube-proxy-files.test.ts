/** What kube-proxy says of itself: metrics, /healthz, log. */
import { expect } from 'chai'
import { decodeHealthz } from '../../src/decode/healthz.ts'
import { loggedErrors } from '../../src/decode/klog.ts'
import { decodeMetrics } from '../../src/decode/metrics.ts'

const source = (text: string) => ({ name: 'file', text })

describe('metrics', () => {
  it('are samples with labels and lines, of the names that are asked for', () => {
    const text = [
      '# HELP a_total what it is',
      '# TYPE a_total counter',
      'a_total 3',
      'a_total{ip_family="IPv4",text="a \\"b\\" \\\\ c, d=\\"e\\""} 1.5e+09 1700000000000',
      'a_total{broken',
      'a_total not-a-number',
      'b_total{x="y"} +Inf',
      'other 9',
    ].join('\n')
    const samples = decodeMetrics(source(text), ['a_total', 'b_total', 'missing'])
    expect(samples.get('a_total')?.map(({ labels, line, value }) => [line, value, [...labels]])).to.deep.equal([
      [3, 3, []],
      [
        4,
        1.5e9,
        [
          ['ip_family', 'IPv4'],
          ['text', 'a "b" \\ c, d="e"'],
        ],
      ],
    ])
    expect(samples.get('missing')).to.deep.equal([])
    expect(samples.has('other')).to.equal(false)
  })
})

describe('healthz', () => {
  it('is JSON with families since 1.33', () => {
    const text =
      '{"lastUpdated":"x","currentTime":"x","nodeEligible":false,"healthy":false,"status":{"IPv4":{"lastUpdated":"2026-01-01T00:00:00Z","healthy":true},"IPv6":{"lastUpdated":"","healthy":false}}}'
    const health = decodeHealthz(source(text))
    expect(health).to.include({ healthy: false, nodeEligible: false })
    expect([...(health?.families ?? [])]).to.deep.equal([
      ['IPv4', true],
      ['IPv6', false],
    ])
  })

  it('says no more than times before', () => {
    const health = decodeHealthz(source('{"lastUpdated": "2026-11-23 20:01:46 +0000 UTC","currentTime": "x"}'))
    expect(health).to.deep.equal({ healthy: undefined, nodeEligible: undefined, families: new Map() })
  })

  it('is nothing of another server', () => {
    for (const text of ['ok', '', '{}', 'null', '<html>']) expect(decodeHealthz(source(text)), text).to.equal(undefined)
  })
})

describe('a log', () => {
  it('tells its errors, those of one place together, the last one last', () => {
    const text = [
      'I1123 20:08:04.628124       1 shared_informer.go:524] "Waiting"',
      'E1123 20:08:04.841456       1 server.go:256] "one" err="x"',
      'E1123 20:08:05.077221       1 proxier.go:193] "first"',
      '\tbelongs to it',
      'E1123 20:08:06.077221       1 proxier.go:193] "second"',
      'time="2026-11-23T20:08:04Z" level=error msg="other"',
      'F1123 20:08:07.077221       1 run.go:74] "command failed"',
    ].join('\n')
    expect(
      loggedErrors(source(text)).map(({ line, message, place, times }) => [place, times, line, message]),
    ).to.deep.equal([
      ['server.go:256', 1, 2, '"one" err="x"'],
      ['proxier.go:193', 2, 5, '"second"'],
      ['run.go:74', 1, 7, '"command failed"'],
    ])
  })
})
