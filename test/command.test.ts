import { Args } from '@oclif/core'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { BaseCommand } from '../src/command.ts'
import { KpxError } from '../src/error.ts'
import { loadOptions } from '../src/main.ts'
import { table } from '../src/view/table.ts'
import { captured, captures, root } from './kpx.ts'
import type { Ran } from './kpx.ts'

class Probe extends BaseCommand<typeof Probe> {
  static override id = 'probe it'
  static override args = { name: Args.string({ required: true }) }

  async run(): Promise<object> {
    const { nodes } = await this.capture()
    const { name } = this.args
    if (name === 'bug') throw new TypeError('bug\u001b[31m')
    if (name === 'blind') throw new KpxError('KPX1006', 'no rules on node1')
    const value = { kind: 'Probe', name, nodes }
    const rows = nodes.map((node) => [node, name])
    await this.print(
      value,
      (options) => table([{ header: 'node' }, { header: 'name', wide: true }], rows, options) + `raw ${name}\n`,
      name === 'nameless' ? 'a probe is none' : () => nodes.map((node) => `node/${node}`),
    )
    return value
  }
}

const from = ['--from', `${captures}/k1.37-iptables`]

async function probe(...argv: string[]): Promise<Ran<object>> {
  return captured<object>(async () => Probe.run(argv, await loadOptions(root, true)))
}

describe('BaseCommand', () => {
  it('prints a table, and returns the value', async () => {
    const { stdout, stderr, exit, result } = await probe('web', ...from)
    expect({ stdout, stderr, exit }).to.deep.equal({ stdout: 'NODE\nnode1\nnode2\nraw web\n', stderr: '', exit: 0 })
    expect(result).to.deep.equal({ kind: 'Probe', name: 'web', nodes: ['node1', 'node2'] })
  })

  it('prints the value itself as json and yaml', async () => {
    const value = { kind: 'Probe', name: 'web', nodes: ['node1', 'node2'] }
    expect(JSON.parse((await probe('web', ...from, '-o', 'json')).stdout)).to.deep.equal(value)
    expect(load((await probe('web', ...from, '-o', 'yaml')).stdout)).to.deep.equal(value)
  })

  it('prints wide columns and names', async () => {
    expect((await probe('web', ...from, '-o', 'wide')).stdout).to.contain('NODE   NAME\nnode1  web\n')
    expect((await probe('web', ...from, '-o', 'name')).stdout).to.equal('node/node1\nnode/node2\n')
  })

  it('refuses -o name where there are no names', async () => {
    const { stderr, exit } = await probe('nameless', ...from, '-o', 'name')
    expect(stderr).to.contain('no names to print with -o name: a probe is none (KPX1001)')
    expect(exit).to.equal(2)
  })

  it('lets no control character of the data through, even where the view forgets it', async () => {
    const { stdout } = await probe('a\u001b]0;x\u0007', ...from)
    expect(stdout).to.contain('raw a\\x1b]0;x\\x07\n')
  })

  it('takes a node more than once, and not as the argument', async () => {
    expect((await probe('--node', 'a', '--node', 'b', 'web', ...from)).exit).to.equal(0)
  })

  it('maps usage errors to KPX1001 and exit 2', async () => {
    for (const argv of [[], ['web', '--bogus'], ['web', '-o', 'xml'], ['web', 'more'], ['web', '-A', '-n', 'x']]) {
      const { stdout, stderr, exit } = await probe(...argv)
      expect({ stdout, exit }, argv.join(' ')).to.deep.equal({ stdout: '', exit: 2 })
      expect(stderr).to.match(/^Error: [^]*\(KPX1001\)\n {2}fix: run: kpx probe it --help\n$/)
      expect(stderr).not.to.contain('Note:')
    }
  })

  it('keeps the exit code of an error', async () => {
    expect((await probe('blind', ...from)).exit).to.equal(3)
  })

  it('prints errors as a document with -o json', async () => {
    const { stdout, stderr, exit } = await probe('blind', ...from, '-o', 'json')
    expect(JSON.parse(stdout)).to.include({ apiVersion: 'kpx/v1', kind: 'Error', code: 'KPX1006', exit: 3 })
    expect({ stderr, exit }).to.deep.equal({ stderr: '', exit: 3 })
    expect(JSON.parse((await probe('--bogus', '-ojson')).stdout)).to.include({ code: 'KPX1001', exit: 2 })
  })

  it('reports a bug without a stack, but for KPX_DEBUG=1', async () => {
    const { stderr, exit } = await probe('bug', ...from)
    expect(stderr).to.contain('Error: internal error: bug\\x1b[31m (KPX1099)\n')
    expect(stderr).not.to.contain('\n    at ')
    expect(exit).to.equal(2)
    process.env['KPX_DEBUG'] = '1'
    try {
      expect((await probe('bug', ...from)).stderr).to.contain('command.test.ts')
    } finally {
      delete process.env['KPX_DEBUG']
    }
  })
})
