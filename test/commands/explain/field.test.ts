import { expect } from 'chai'
import type { FieldExplanation, FieldList } from '../../../src/answer/explain-field.ts'
import { fields } from '../../../src/config/fields/index.ts'
import { kpx } from '../../kpx.ts'

const folded = (text: string): string => text.replaceAll(/\s+/g, ' ')

describe('kpx explain field', () => {
  for (const { default: value, does, flags = [], path, rules = [] } of fields) {
    it(`tells all of ${path}`, async () => {
      const { exit, result, stdout } = await kpx<FieldExplanation>('explain', 'field', path)
      expect({ exit, kind: result?.kind, path: result?.path }).to.deep.equal({
        exit: 0,
        kind: 'FieldExplanation',
        path,
      })
      const texts = [does, ...flags.map(({ name }) => `--${name}`), ...rules.map(({ must }) => must)]
      for (const text of texts) expect(folded(stdout)).to.include(text)
      if (value !== undefined)
        expect(stdout).to.match(new RegExp(`^ +Default +${String(value).replaceAll(/[[\]]/g, '\\$&')}`, 'm'))
    })
  }

  it('takes any case, and lists what is below a section', async () => {
    expect((await kpx<FieldExplanation>('explain', 'field', 'CLUSTERCIDR')).result?.path).to.equal('clusterCIDR')
    const { result, stdout } = await kpx<FieldList>('explain', 'field', 'logging.options')
    expect(result?.items.map(({ path }) => path)).to.include('logging.options.json.splitStream')
    expect(stdout).to.match(/^FIELD +TYPE +DEFAULT +KUBERNETES$/m)
    expect((await kpx('explain', 'field', '-o', 'name')).stdout.trim().split('\n')).to.deep.equal(
      fields.map(({ path }) => path),
    )
  })

  for (const [written, meant] of [
    ['iptabels.syncPeriod', 'iptables.syncPeriod'],
    ['maxPerCore', 'conntrack.maxPerCore'],
    ['mdoe', 'mode'],
  ] as const) {
    it(`asks for ${written} whether ${meant} is meant`, async () => {
      const { exit, stderr } = await kpx('explain', 'field', written)
      expect(exit).to.equal(2)
      expect(stderr).to.include('KPX1001').and.to.include(`did you mean ${meant}`)
    })
  }
})
