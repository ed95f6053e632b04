/** What depends on devices that /proc/net does not tell is unknown, and nothing else is. */
import { expect } from 'chai'
import { readCapture } from '../../src/capture/read.ts'
import { broken, brief, replaced } from '../broken-capture.ts'
import type { Edits } from '../broken-capture.ts'
import { captures } from '../kpx.ts'
import { asProcNet } from '../proc-net-files.ts'
import { outcomesOf } from './node-files.ts'

const recording = 'k1.37-iptables'
const procNet = async (): Promise<Edits> => asProcNet(await readCapture(`${captures}/${recording}`))

const bridged: Edits = {
  'nodes/node1/sysctl.txt': (text) => replaced(text, /(bridge-nf-call-iptables *= *)1/, '$10'),
}

describe('nodes without ip(8)', () => {
  it('may hand packets between two pods past the rules, where bridges keep them to themselves', async () => {
    const [whole, ask] = [
      await broken(recording, bridged),
      await broken(recording, { ...(await procNet()), ...bridged }),
    ]
    const neighbour = whole('client', 'service/shop/web').find(({ endpoint }) => endpoint?.node === 'node1')?.endpoint
    const to = `${neighbour?.ip}:${neighbour?.port}`
    expect(brief(whole('client', to))).to.deep.equal(['1.000 forward'])
    const [outcome] = ask('client', to)
    expect(outcome).to.deep.include({ verdict: 'unknown', share: 1 })
    expect(outcome?.why).to.include('which devices are bridges is not recorded')
  })

  it('do not tell whether answers between two pods are translated back', async () => {
    const [whole, ask] = [
      await broken(recording, bridged),
      await broken(recording, { ...(await procNet()), ...bridged }),
    ]
    const replies = (outcomes: ReturnType<typeof ask>): string[] =>
      outcomes.filter(({ endpoint }) => endpoint?.node === 'node1').map(({ reply }) => reply)
    expect(replies(whole('client', 'service/shop/web'))).to.include('lost')
    expect(new Set(replies(ask('client', 'service/shop/web')))).to.deep.equal(new Set(['unknown']))
    expect(brief(ask('client', 'service/shop/web'))).to.deep.equal(brief(whole('client', 'service/shop/web')))
  })

  it('may have an address that others have too', async () => {
    const edits = await procNet()
    const path = 'nodes/node2/proc-net-fib_trie.txt'
    const ask = await broken(recording, {
      ...edits,
      [path]: (text) => `${String(edits[path]?.(text))}     |-- 10.200.0.99\n        /32 host LOCAL\n`,
    })
    const [outcome] = ask('client', '10.200.0.99:80')
    expect(outcome).to.include({ verdict: 'unknown' })
    expect(outcome?.why).to.equal('on which device node2 has 10.200.0.99 is not recorded')
    expect(brief(ask('client', '10.200.0.98:80'))).to.deep.equal(['1.000 forward'])
  })

  it('do not tell whether a rule for a device’s own addresses is for theirs', () => {
    const files = {
      'iptables-save.txt': [
        '*filter',
        ':INPUT ACCEPT [0:0]',
        '-A INPUT -i eth0 -m addrtype --dst-type LOCAL --limit-iface-in -j DROP',
        'COMMIT',
        '',
      ].join('\n'),
      'ip-route.json': JSON.stringify([{ dst: '10.0.0.0/8', dev: 'eth0' }]),
      'proc-net-fib_trie.txt':
        'Local:\n  |-- 10.0.0.5\n     /32 host LOCAL\n  |-- 10.255.255.255\n     /32 link BROADCAST\n  |-- 192.0.2.1\n     /32 host LOCAL\n',
    }
    expect(outcomesOf(files, '10.0.0.9', '10.0.0.5:80').map(({ verdict }) => verdict)).to.deep.equal(['drop'])
    const [outcome] = outcomesOf(files, '10.0.0.9', '192.0.2.1:80')
    expect([outcome?.verdict, outcome?.why]).to.deep.equal(['unknown', 'the device of the address is not recorded'])
  })
})
