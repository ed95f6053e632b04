/** What a node's tools and modprobe tell of what the node can do. */
import { expect } from 'chai'
import { decodeModprobe } from '../../src/decode/modprobe.ts'
import { sniff } from '../../src/decode/sniff.ts'
import { decodeSystemctlShow } from '../../src/decode/systemctl-show.ts'
import { decodeToolVersion } from '../../src/decode/tool-version.ts'
import { adds, fileOf, recordings } from './recordings.ts'

describe('versions of tools', () => {
  it('are read of every recording, line by line', () => {
    const files = [...recordings('nft-version'), ...recordings('iptables-version')]
    expect(files.length).to.be.greaterThan(20)
    for (const file of files) {
      const { report, version } = decodeToolVersion(file)
      expect(version, file.name).to.match(/^\d+\.\d+\.\d+$/)
      expect(report().unknown).to.deep.equal([])
      expect(report()).to.satisfy(adds)
    }
  })

  it('may have a warning or a flavour behind them', () => {
    const ipset = fileOf('ipset v7.17, protocol version: 7', 'Warning: Kernel support protocol versions 6-6')
    expect(decodeToolVersion(ipset).version).to.equal('7.17')
    expect(decodeToolVersion(ipset).report().unknown).to.deep.equal([])
    expect(decodeToolVersion(fileOf('iptables v1.8.9 (legacy)')).version).to.equal('1.8.9')
  })

  it('are not read of what is none', () => {
    const { report, version } = decodeToolVersion(fileOf('nft: command not found'))
    expect(version).to.equal(undefined)
    expect(report().unknown.map(({ line }) => line)).to.deep.equal([1])
  })
})

describe('modprobe', () => {
  const printed = fileOf(
    'insmod /lib/modules/6.1.0-56-amd64/kernel/net/netfilter/nf_conntrack.ko ',
    'insmod /lib/modules/6.1.0-56-amd64/kernel/net/netfilter/ipvs/ip_vs.ko.xz conn_tab_bits=12',
    'builtin nft_ct',
    'modprobe: WARNING: Module ip-vs-mh not found in directory /lib/modules/6.1.0-56-amd64',
    'modprobe: FATAL: Module ip_vs_fo not found.',
    'nonsense',
  )

  it('tells what is there, be it built in, and what is not', () => {
    const { found, missing, report } = decodeModprobe(printed)
    expect([...found]).to.deep.equal(['nf_conntrack', 'ip_vs', 'nft_ct'])
    expect([...missing.keys()]).to.deep.equal(['ip_vs_mh', 'ip_vs_fo'])
    expect(missing.get('ip_vs_mh')?.line).to.equal(4)
    expect(report().unknown.map(({ line }) => line)).to.deep.equal([6])
    expect(report()).to.satisfy(adds)
  })
})

describe('systemctl show', () => {
  const printed = fileOf(
    'Id=nftables.service',
    'ActiveState=active',
    'UnitFileState=disabled',
    '',
    'Id=iptables.service',
    'UnitFileState=enabled',
    'ActiveState=inactive',
    '',
    'Id=none.service',
    'UnitFileState=',
    'System has not been booted with systemd',
  )

  it('tells of each unit whether it runs, and whether it will', () => {
    const { report, units } = decodeSystemctlShow(printed)
    expect(units.map(({ id, isActive, isEnabled, line }) => [id, isActive, isEnabled, line])).to.deep.equal([
      ['nftables.service', true, false, 1],
      ['iptables.service', false, true, 5],
      ['none.service', false, false, 9],
    ])
    expect(report().unknown.map(({ line }) => line)).to.deep.equal([11])
    expect(report()).to.satisfy(adds)
    expect(sniff(printed.text)).to.equal('systemctl-show')
  })
})
