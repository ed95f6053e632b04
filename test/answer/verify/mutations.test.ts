/** Whatever mutation of a node's rules changes what becomes of a packet, kpx verify reports something. */
import { expect } from 'chai'
import { brokenCapture, gone } from '../../broken-capture.ts'
import { Random } from '../../fuzz/random.ts'
import { mutate } from './mutations.ts'

/** What tells the same in another form stays as it is, and is left out. */
const others = { 'nft-list-ruleset.json': gone, 'ipvsadm-save.txt': gone, 'ipvsadm-list.txt': gone }

const files: Readonly<Record<string, readonly string[]>> = {
  'k1.23-iptables': ['iptables-save.txt'],
  'k1.33-iptables': ['iptables-save.txt'],
  'k1.33-nftables': ['nft-list-ruleset.txt'],
  'k1.37-iptables': ['iptables-save.txt', 'ip6tables-save.txt'],
  'k1.37-ipvs': ['iptables-save.txt', 'ipset-save.txt', 'proc-net-ip_vs.txt'],
  'k1.37-nftables': ['nft-list-ruleset.txt'],
}

const seed = 1130
const rounds = 15

describe('verify', () => {
  for (const [recording, mutated] of Object.entries(files)) {
    it(`reports random mutations of ${recording} that change what becomes of a packet`, async function () {
      this.timeout(60_000)
      const node = recording === 'k1.37-ipvs' ? 'node3' : 'node1'
      const edits = Object.fromEntries(Object.entries(others).map(([name, edit]) => [`nodes/${node}/${name}`, edit]))
      const capture = await brokenCapture(recording, edits)
      const random = new Random(seed)
      const all = mutated.flatMap((file) =>
        Array.from({ length: rounds }, () => mutate(capture, node, file, random) ?? []).flat(),
      )
      expect(all.filter(({ changed, reported }) => changed !== undefined && !reported)).to.deep.equal([])
      expect(all.filter(({ changed }) => changed !== undefined).length).to.be.at.least(3)
    })
  }
})
