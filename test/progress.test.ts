/** What a terminal shows while kpx waits. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Progress } from '../src/progress.ts'
import { startApiServer } from './fake/api-server.ts'
import { recordedCluster } from './fake/recorded-cluster.ts'
import { kpx } from './kpx.ts'
import type { Ran } from './kpx.ts'

class Terminal {
  readonly isTTY = true
  readonly columns = 20
  written = ''

  write(text: string): boolean {
    this.written += text
    return true
  }
}

const clear = '\r\u001b[K'

describe('progress', () => {
  it('is shown when it takes long, in one line, and is gone in the end', async () => {
    const terminal = new Terminal()
    const progress = new Progress(terminal, {})
    progress.tell('first')
    progress.tell('evil \u001b[2J name')
    expect(terminal.written).to.equal('')
    await sleep(1100)
    progress.tell('a line longer than the terminal')
    progress.tell(undefined)
    progress.end()
    expect(terminal.written.split(clear)).to.deep.equal(['', 'evil \\x1b[2J name', 'a line longer than ', ''])
  })

  it('shows nothing for what is quick, and nothing while somebody else writes', async () => {
    const terminal = new Terminal()
    const progress = new Progress(terminal, {})
    progress.tell('quick')
    progress.end()
    progress.tell('asked then')
    progress.tell(undefined)
    await sleep(1100)
    expect(terminal.written).to.equal('')
    progress.end()
  })

  it('is for terminals alone that can clear a line', async () => {
    const dumb = new Terminal()
    const pipe = Object.assign(new Terminal(), { isTTY: false })
    new Progress(dumb, { TERM: 'dumb' }).tell('text')
    new Progress(pipe, {}).tell('text')
    await sleep(1100)
    expect(dumb.written + pipe.written).to.equal('')
  })

  /** On a cluster of which one node answers nothing. */
  async function slow(isTTY: boolean): Promise<Ran> {
    const cluster = recordedCluster('k1.33-iptables')
    const hanging = new Set<string>()
    const server = await startApiServer({
      ...cluster,
      exec: (pod, words) => {
        hanging.add([...hanging][0] ?? pod)
        return hanging.has(pod) ? 'hang' : cluster.exec(pod, words)
      },
    })
    const { isTTY: was } = process.stderr
    process.stderr.isTTY = isTTY
    const { TERM: term } = process.env
    process.env['TERM'] = 'xterm'
    try {
      return await kpx('services', '--request-timeout', '2s', '--kubeconfig', server.kubeconfig)
    } finally {
      process.stderr.isTTY = was
      if (term === undefined) delete process.env['TERM']
      else process.env['TERM'] = term
      await server.close()
    }
  }

  it('names the nodes that are waited for', async () => {
    const { exit, stderr, stdout } = await slow(true)
    expect(stderr).to.match(/1 of 2 nodes looked at; waiting for node[12]\r/)
    // the test's own capture takes the escape sequences away
    expect(stderr.endsWith('\r')).to.equal(true)
    expect(stdout).to.include('seen 1/2 nodes')
    expect(exit).to.equal(3)
  })

  it('is not in a log', async () => {
    expect((await slow(false)).stderr).to.equal('')
  })
})
