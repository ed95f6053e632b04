import { expect } from 'chai'
import { decodeIpSetSave } from '../../src/decode/ipset-save.ts'
import { formatIpSetAdd, formatIpSetCreate } from '../../src/ruleset/ipset.ts'
import { fileOf, recordings } from '../decode/recordings.ts'

const again = (source: ReturnType<typeof fileOf>): string[] =>
  [...decodeIpSetSave(source).ipsets.values()].flatMap((set) =>
    [formatIpSetCreate(set)].concat(set.entries.map((entry) => formatIpSetAdd(set, entry))),
  )

describe('formatIpSet', () => {
  for (const source of recordings('ipset-save')) {
    it(`gives ${source.name} again`, () => {
      expect(`${again(source).join('\n')}\n`).to.equal(source.text)
    })
  }

  it('quotes comments, and only their text', () => {
    const lines = [
      'create A hash:net family inet hashsize 1024 maxelem 65536 timeout 300 counters comment skbinfo',
      'add A 10.0.0.0/8 timeout 30 packets 0 bytes 0 comment "comment" skbmark 0x1 nomatch',
      'add A 10.1.0.0/16 comment ""',
    ]
    expect(again(fileOf(...lines))).to.deep.equal(lines)
  })
})
