/** Findings in the formats that programs take: valid, complete, and safe whatever a cluster has for names. */
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import { finding } from '../../src/answer/finding.ts'
import type { Finding } from '../../src/answer/finding.ts'
import { findingList } from '../../src/answer/finding-list.ts'
import type { FindingList } from '../../src/answer/finding-list.ts'
import { reportFormats } from '../../src/report-formats.ts'
import type { ReportFormat } from '../../src/report-formats.ts'
import { report } from '../../src/view/report.ts'
import { root } from '../kpx.ts'
import { parseXml } from './xml.ts'

const hostile = ']]>\u001b[31m<b a="1">&amp;|`*_[x](javascript:1)@all #1\r\n::error::%0A,:\u202e\ufffe'
const about = {
  command: 'kpx preflight',
  version: '1.2.3',
  failOn: 'error',
  limit: 20,
  source: 'cluster shop-1',
  takenAt: '2026-12-01T08:00:00Z',
} as const
const inFile = { file: 'deploy/kube proxy.yaml', line: 7, column: 3, endColumn: 5, text: '  mod: ipvs' }

const found: readonly Finding[] = [
  finding('KPX3005', {
    message: hostile,
    object: `Service ${hostile}`,
    node: hostile,
    evidence: [{ node: hostile, file: hostile, line: 1, text: hostile }],
  }),
  {
    ...finding('KPX2007', {
      message: 'kube-proxy ignores it',
      object: 'ConfigMap kube-system/kube-proxy',
      evidence: [inFile],
    }),
    says: hostile,
  },
  {
    ...finding('KPX4125', { message: 'the Node is not Ready', node: 'node1' }),
    suppressed: { by: '--suppress KPX4125', reason: hostile },
  },
  { ...finding('KPX4122', { message: 'clients may get another endpoint' }), level: 'info' },
]

const list: FindingList = findingList(
  found,
  ['KPX3005', 'KPX2007', 'KPX4125', 'KPX4122', 'KPX4124'],
  new Map([['KPX4105', hostile]]),
  'error',
)
const none: FindingList = findingList([], [], new Map(), 'error')

const isSarif = new Ajv2020({ allErrors: true, formats: { uri: /^https:/ } }).compile(
  JSON.parse(readFileSync(`${root}test/view/sarif.schema.json`, 'utf8')) as object,
)

/** What steers a terminal, or ends the line that it is in. */
// oxlint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/u

describe('reports', () => {
  for (const format of reportFormats) {
    it(`${format} has nothing in it that steers a terminal, and ends its last line`, async () => {
      for (const one of [list, none]) {
        const text = await report(format, one, about)
        expect(text).to.not.match(unsafe)
        expect(text.endsWith('\n')).to.equal(true)
      }
    })
  }

  const text = (format: ReportFormat, one = list, how: Parameters<typeof report>[2] = about): Promise<string> =>
    report(format, one, how)

  describe('sarif', () => {
    interface Log {
      readonly runs: readonly {
        readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
        readonly results: readonly Record<string, unknown>[]
      }[]
    }

    it('is a log of SARIF 2.1.0, and each result has its rule', async () => {
      for (const one of [list, none]) {
        const log = JSON.parse(await text('sarif', one)) as Log
        isSarif(log)
        expect(isSarif.errors).to.equal(null)
        const [run] = log.runs
        expect(run?.results).to.have.length(one.findings.length)
        for (const { ruleId, ruleIndex } of run?.results ?? [])
          expect(run?.tool.driver.rules[ruleIndex as number]?.id).to.equal(ruleId)
      }
    })

    it('has the line of a file, the name of what is in a cluster, and suppressions', async () => {
      const { results = [] } = (JSON.parse(await text('sarif')) as Log).runs[0] ?? {}
      expect(results[1]?.['locations']).to.deep.equal([
        {
          physicalLocation: {
            artifactLocation: { uri: 'deploy/kube%20proxy.yaml' },
            region: { startLine: 7, startColumn: 3, endColumn: 6, snippet: { text: '  mod: ipvs' } },
          },
          logicalLocations: [{ fullyQualifiedName: 'ConfigMap kube-system/kube-proxy', kind: 'object' }],
        },
      ])
      expect(results[2]).to.deep.include({
        level: 'warning',
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: 'Node/node1' }, region: { startLine: 1 } },
            logicalLocations: [{ fullyQualifiedName: 'Node node1', kind: 'object' }],
          },
        ],
      })
      expect(results.map((one) => 'suppressions' in one)).to.deep.equal([false, false, true, false])
      expect(results.map(({ level }) => level)).to.deep.equal(['error', 'warning', 'warning', 'note'])
    })
  })

  describe('junit', () => {
    it('counts what is in it, and names every check', async () => {
      for (const one of [list, none]) {
        const suites = parseXml(await text('junit', one))
        const [suite] = suites.children
        expect([suites.name, suite?.name]).to.deep.equal(['testsuites', 'testsuite'])
        const cases = suite?.children ?? []
        const having = (name: string): string =>
          String(cases.filter(({ children }) => children.some((child) => child.name === name)).length)
        for (const { attributes } of [suites, suite ?? suites]) {
          expect(attributes).to.include({
            tests: String(cases.length),
            failures: having('failure'),
            errors: '0',
            skipped: having('skipped'),
          })
        }
        for (const { attributes, children, name } of cases) {
          expect(name).to.equal('testcase')
          expect(attributes).to.include.keys('name', 'classname', 'time')
          expect(children.length).to.be.at.most(1)
        }
        expect(cases).to.have.length(one.findings.length + one.passed.length + one.skipped.length)
      }
    })

    it('fails on what --fail-on says', async () => {
      const failures = async (failOn: 'error' | 'never' | 'warning'): Promise<string | undefined> =>
        parseXml(await text('junit', list, { ...about, failOn })).attributes['failures']
      expect([await failures('error'), await failures('warning'), await failures('never')]).to.deep.equal([
        '1',
        '2',
        '0',
      ])
    })

    it('keeps a name of the data in one attribute', async () => {
      const [suite] = parseXml(await text('junit')).children
      expect(suite?.children[0]?.attributes['name']).to.include('<b a="1">&amp;')
    })
  })

  describe('github', () => {
    it('has a command for each finding that is not suppressed, and no other', async () => {
      const lines = (await text('github')).trimEnd().split('\n')
      expect(lines.map((one) => /^(::\w+|.*)/.exec(one.split(' ')[0] ?? '')?.[1])).to.deep.equal([
        '::error',
        '::warning',
        '::notice',
        'kpx',
      ])
      expect(lines[1]).to.match(
        /^::warning file=deploy\/kube proxy\.yaml,line=7,col=3,endColumn=5,title=KPX2007 a key is ignored \(/,
      )
      expect(lines.at(-1)).to.equal(
        'kpx preflight: not ok, 1 error, 1 warning, 1 info, 1 passed, 1 skipped, 1 suppressed',
      )
    })

    it('escapes what the runner reads', async () => {
      const [first = ''] = (await text('github')).split('\n')
      const [, properties = '', data = ''] = /^::error (.*?)::(.*)$/.exec(first) ?? []
      expect(properties).to.include('%3A%3Aerror%3A%3A%250A%2C%3A').and.not.match(/[,:]/)
      expect(data).to.include('%250A')
    })
  })

  describe('markdown', () => {
    it('keeps each finding in a row of its own, and takes nothing of the data for markup', async () => {
      const markdown = await text('markdown')
      const rows = markdown.split('\n').filter((one) => one.startsWith('| '))
      expect(rows.map((row) => row.split(/(?<!\\)\|/).length)).to.deep.equal([6, 6, 6, 6, 6])
      expect(markdown).to.not.match(/<(?!br>)|(?<!\\)[`*[]|@/)
      expect(markdown).to.include('### Suppressed').and.include('### Could not be looked for')
    })

    it('says that nothing was found', async () => {
      expect(await text('markdown', none)).to.equal(
        '## kpx preflight: ok\n\nNothing found; 0 passed, 0 skipped, 0 suppressed.\n',
      )
    })
  })
})
