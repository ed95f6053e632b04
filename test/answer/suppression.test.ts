/** Which findings a suppression hides, and what is said of suppressions themselves. */
import { expect } from 'chai'
import { finding } from '../../src/answer/finding.ts'
import { findingList, withSuppressed } from '../../src/answer/finding-list.ts'
import { suppressed, suppressionFlag } from '../../src/answer/suppression.ts'
import { suppressionsIn } from '../../src/answer/suppression-file.ts'
import { KpxError } from '../../src/error.ts'

const today = '2026-12-01'
const web = finding('KPX3005', { message: 'not programmed', object: 'Service shop/web', node: 'node1' })
const api = finding('KPX3005', { message: 'not programmed', object: 'Service shop/api', node: 'node2' })
const file = finding('KPX2007', {
  message: 'ignored',
  object: 'ConfigMap kube-system/kube-proxy, key config.conf',
  evidence: [{ file: 'a.yaml', line: 1, column: 1, endColumn: 2, text: 'mod: x' }],
})
const all = [web, api, file]

const hidden = (...suppressions: Parameters<typeof suppressed>[1]): (string | null)[] =>
  suppressed(all, suppressions, today).flatMap((one) => (one.suppressed ? [one.object] : []))

const ofFile = (text: string): ReturnType<typeof suppressionsIn> => suppressionsIn('.kpx.yaml', `suppress:\n${text}`)

describe('suppressions', () => {
  it('of the command line are of a code, or of one object, node or file of it', () => {
    expect(hidden(suppressionFlag('KPX3005'))).to.deep.equal([web.object, api.object])
    expect(hidden(suppressionFlag('kpx3005=service/shop/web'))).to.deep.equal([web.object])
    expect(hidden(suppressionFlag('3005=Service shop/web'))).to.deep.equal([web.object])
    expect(hidden(suppressionFlag('KPX3005=node2'))).to.deep.equal([api.object])
    expect(hidden(suppressionFlag('KPX3005=node/node2'))).to.deep.equal([api.object])
    expect(hidden(suppressionFlag('KPX2007=a.yaml'))).to.deep.equal([file.object])
    expect(hidden(suppressionFlag('KPX2007=configmap/kube-system/kube-proxy'))).to.deep.equal([file.object])
    expect(hidden(suppressionFlag('KPX3005=shop/w'))).to.deep.equal([])
    expect(hidden(suppressionFlag('KPX3005='))).to.deep.equal([])
  })

  it('of a file have a reason and a last day, which counts', () => {
    const until = (day: string) =>
      ofFile(`- {code: KPX3005, object: Service shop/web, node: node1, reason: on Friday, until: ${day}}`)
    expect(hidden(...until('2026-12-01'))).to.deep.equal([web.object])
    expect(suppressed([web], until('2026-12-01'), today)).to.deep.equal([
      { ...web, suppressed: { by: '.kpx.yaml:2', reason: 'on Friday' } },
    ])
    expect(hidden(...until('2026-11-30'))).to.deep.equal([])
    const [, told] = suppressed([web], until('2026-11-30'), today)
    expect(told).to.deep.include({ code: 'KPX1027', level: 'warning' })
    expect(told?.message).to.equal('.kpx.yaml:2 suppresses KPX3005 until 2026-11-30, and today is 2026-12-01')
    expect(told?.evidence[0]).to.include({ file: '.kpx.yaml', line: 2 })
  })

  it('of a file without a reason hide, and are found themselves', () => {
    const [first, told] = suppressed([web], ofFile('- code: KPX3005\n  node: node1'), today)
    expect(first?.suppressed).to.deep.equal({ by: '.kpx.yaml:2', reason: 'no reason is given' })
    expect(told).to.include({ code: 'KPX1028', level: 'warning', message: '.kpx.yaml:2 suppresses KPX3005' })
  })

  it('leave the finding in the answer, which is yes then', () => {
    const list = findingList([web], ['KPX3005'], new Map(), 'error')
    const own = withSuppressed(list, (found) => suppressed(found, [suppressionFlag('KPX3005')], today), 'error')
    expect([list.ok, own.ok, own.findings.length, own.passed.length]).to.deep.equal([false, true, 1, 0])
    const others = withSuppressed(list, (found) => suppressed(found, [suppressionFlag('KPX3001')], today), 'error')
    expect(others.ok).to.equal(false)
  })

  it('of what nobody knows are refused, with the place and what was meant', () => {
    const refusal = (text: string): string => {
      try {
        ofFile(text)
      } catch (error) {
        if (error instanceof KpxError) return `${error.code} ${error.message} (${error.fix})`
      }
      return 'taken'
    }
    expect(refusal('- {code: KPX3050}')).to.match(
      /^KPX1029 \.kpx\.yaml:2:3: kpx has no code "KPX3050" \(did you mean KPX30/,
    )
    expect(refusal('- {reason: x}')).to.include('2:3: a suppression has no code')
    expect(refusal('- {code: KPX3005, untill: 2027-01-01}')).to.include(
      '2:19: kpx knows no "untill" here (did you mean until?)',
    )
    expect(refusal('- {code: KPX3005, until: soon}')).to.include('until is no day')
    expect(refusal('- {code: KPX3005, reason: [x]}')).to.include('reason is no text')
    expect(refusal('- KPX3005')).to.include('2:3: here is to be code, node, object, reason, until')
    expect(refusal('  code: KPX3005')).to.include('suppress is no list')
    expect(refusal('- [')).to.match(/^KPX1029 \.kpx\.yaml:/)
    expect(() => suppressionFlag('KPX3050')).to.throw(/kpx has no code "KPX3050"/)
    expect(suppressionsIn('.kpx.yaml', '# nothing yet\n')).to.deep.equal([])
  })
})
