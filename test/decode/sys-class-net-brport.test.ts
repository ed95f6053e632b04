import { expect } from 'chai'
import { decodeRuleset } from '../../src/decode/ruleset.ts'
import { decodeSysClassNetBrport } from '../../src/decode/sys-class-net-brport.ts'
import { NodeState } from '../../src/evaluate/node.ts'

const port = '/sys/class/net/veth1/brport/bridge/uevent:INTERFACE=cni0\n'
const row = (name: string): string => `${name}: ${'0 '.repeat(16)}\n`
const dev = `Inter-| Receive\n face |bytes\n${row('lo')}${row('cni0')}${row('veth1')}`

/** Whether cni0 and veth1 are bridges to a node that has these files. */
function bridges(files: Readonly<Record<string, string>>): (boolean | undefined)[] {
  const ruleset = decodeRuleset((name) => {
    const text = files[name]
    return text === undefined ? undefined : { name, text }
  })
  const { routes } = new NodeState('a', ruleset, [])
  return ['cni0', 'veth1'].map((device) => routes.isBridge(device))
}

describe('ports of bridges below /sys/class/net', () => {
  it('tell which devices are bridges, and that there are none', () => {
    expect(bridges({ 'proc-net-dev.txt': dev, 'sys-class-net-brport.txt': port })).to.deep.equal([true, false])
    expect(bridges({ 'proc-net-dev.txt': dev, 'sys-class-net-brport.txt': '' })).to.deep.equal([false, false])
  })

  it('tell nothing where they, or the devices that were asked for, are not recorded or cut', () => {
    const unknown = [undefined, undefined]
    expect(bridges({ 'proc-net-dev.txt': dev })).to.deep.equal(unknown)
    expect(bridges({ 'sys-class-net-brport.txt': port })).to.deep.equal(unknown)
    expect(bridges({ 'proc-net-dev.txt': dev, 'sys-class-net-brport.txt': port.slice(0, -1) })).to.deep.equal(unknown)
    expect(bridges({ 'proc-net-dev.txt': dev.slice(0, -5), 'sys-class-net-brport.txt': port })).to.deep.equal(unknown)
  })

  it('are recognised line by line', () => {
    const { report } = decodeSysClassNetBrport({ name: 'a', text: `${port}grep: x: No such file\n\n${port}` })
    expect(report()).to.deep.include({ lines: 4, recognised: 2 })
    expect(report().unknown.map(({ line }) => line)).to.deep.equal([2])
  })
})
