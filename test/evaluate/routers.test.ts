import { expect } from 'chai'
import { brief, broken, replaced } from '../broken-capture.ts'

describe('a router between nodes', () => {
  const path = 'nodes/node1/ip-route.json'
  const behindRouter = {
    [path]: (text: string) =>
      replaced(text, '{"dst":"10.200.0.0/24","dev":"eth0"', '{"dst":"10.201.0.0/24","dev":"eth0"'),
  }

  it('passes packets on to the node that has the address', async () => {
    const [direct, routed] = [await broken('k1.37-iptables', {}), await broken('k1.37-iptables', behindRouter)]
    const nodePort = '10.200.0.12:30517'
    expect(brief(routed('client', nodePort))).to.deep.equal(brief(direct('client', nodePort)))
    expect(brief(routed('client', nodePort))).to.have.length(3)
  })

  it('keeps what is for nobody of the recording', async () => {
    const routed = await broken('k1.37-iptables', behindRouter)
    expect(brief(routed('client', '10.200.0.99:80'))).to.deep.equal(['1.000 forward'])
  })
})
