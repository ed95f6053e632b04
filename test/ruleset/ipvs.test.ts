import { expect } from 'chai'
import { decodeIpvsadmSave } from '../../src/decode/ipvsadm.ts'
import type { SourceFile } from '../../src/decode/source.ts'
import { formatRealServer, formatVirtualServer } from '../../src/ruleset/ipvs.ts'
import { fileOf, recordings } from '../decode/recordings.ts'

const again = (source: SourceFile): string[] =>
  decodeIpvsadmSave(source).virtualServers.flatMap((server) =>
    [formatVirtualServer(server)].concat(server.servers.map((real) => formatRealServer(server, real))),
  )

describe('formatVirtualServer and formatRealServer', () => {
  for (const source of recordings('ipvsadm-save')) {
    it(`give ${source.name} again`, () => {
      expect(`${again(source).join('\n')}\n`).to.equal(source.text)
    })
  }

  it('give every option again', () => {
    const lines = [
      '-A --sctp-service 10.0.0.1:5060 -s mh -p 600 -M 255.255.254.0 --pe sip -o -b mh-port,mh-fallback',
      '-a --sctp-service 10.0.0.1:5060 -r 10.0.0.2:5060 -g -w 0',
      '-A -u [fd00::1]:53 -s rr -p 10800 -M 64',
      '-a -u [fd00::1]:53 -r [fd00::2]:5353 -i -w 65535',
      '-A -t 10.0.0.1:0 -s wrr -p 1 -M 0.0.0.0',
    ]
    expect(again(fileOf(...lines))).to.deep.equal(lines)
  })
})
