import { expect } from 'chai'
import { isPlanned, modes } from '../src/modes.ts'

const minor = (kubernetes: string): number => Number(/^1\.(\d+)$/.exec(kubernetes)?.[1])

/** Every text of a mode but for the fields that versions belong in. */
const prose = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  const fields = Object.entries(value).filter(([key]) => !['kubernetes', 'atLeast', 'url'].includes(key))
  return fields.flatMap(([, field]) => prose(field))
}

describe('modes', () => {
  it('are those that kube-proxy has or had on Linux', () => {
    expect(modes.map(({ name }) => name)).to.deep.equal(['iptables', 'ipvs', 'nftables', 'userspace'])
  })

  for (const mode of modes) {
    it(`${mode.name} has its versions in fields, in order of release, and not in its texts`, () => {
      const releases = mode.milestones.map(({ kubernetes }) => minor(kubernetes))
      expect(releases).to.deep.equal([...releases].sort((a, b) => a - b))
      expect(releases.every(Number.isInteger)).to.equal(true)
      expect(prose(mode).filter((text) => /\b1\.\d+\b(?!\.)/.test(text))).to.deep.equal([])
    })

    it(`${mode.name} says of every change what it is, and names official sources`, () => {
      expect(mode.milestones.filter(({ event, note }) => event === 'changed' && note === undefined)).to.deep.equal([])
      for (const { url } of mode.sources)
        expect(url).to.match(/^https:\/\/(?:kubernetes\.io|github\.com\/kubernetes)\//)
    })
  }

  it('hand the default on: where one ends, another begins', () => {
    const at = (event: string) =>
      modes.flatMap(({ milestones }) => milestones.filter((one) => one.event === event).map((one) => one.kubernetes))
    expect(at('default ends').sort()).to.deep.equal(['1.2', '1.40'])
    expect(at('default').sort()).to.deep.equal(['1.0', '1.2', '1.40'])
  })

  it('tell plans from what is released', () => {
    const planned = modes.flatMap(({ milestones, name }) =>
      milestones.filter(isPlanned).map(({ event, kubernetes }) => `${name} ${kubernetes} ${event}`),
    )
    expect(planned).to.deep.equal([
      'iptables 1.40 default ends',
      'ipvs 1.40 off by default',
      'ipvs 1.43 removed',
      'nftables 1.40 default',
    ])
  })
})
