/** How a bridge is put on a node and taken away, in kube-proxy's pod and on this machine. */
import { expect } from 'chai'
import { inPod } from '../../../src/kube/access/in-pod.ts'
import { thisMachine } from '../../../src/kube/access/local.ts'
import { nothingToClose } from '../../../src/kube/access/way.ts'
import type { Way } from '../../../src/kube/access/way.ts'
import { connect } from '../../../src/kube/connect.ts'
import { Room } from '../../../src/kube/room.ts'
import { putBridge, removeBridge } from '../../../src/rollout/bridge/bridge.ts'
import { startApiServer } from '../../fake/api-server.ts'
import type { FakeApiServer, Ran, Script } from '../../fake/api-server.ts'

const container = { namespace: 'kube-system', pod: 'kube-proxy-1', container: 'kube-proxy' }

describe('a bridge', () => {
  let server: FakeApiServer | undefined

  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  async function podOf(script: Script): Promise<Way> {
    server = await startApiServer(script)
    const options = { as: undefined, context: undefined, kubeconfig: server.kubeconfig }
    return inPod(connect(options, 5000, {}), container, { close: nothingToClose, missing: new Set() })
  }

  it("is handed to the nft of kube-proxy's pod, whole and once", async () => {
    const script = 'add table ip kpx-bridge\n'.repeat(10_000)
    const ran: unknown[] = []
    const way = await podOf({
      exec(_pod, words, stdin) {
        ran.push([words, stdin === script])
        return { stdout: '' }
      },
    })
    expect(await putBridge(way, script)).to.equal(undefined)
    expect(ran).to.deep.equal([[['nft', '-f', '-'], true]])
  })

  it('is taken away by words alone, which need no standard input', async () => {
    const way = await podOf({
      protocol: 'v4.channel.k8s.io',
      exec: (_pod, [nft = '', words = ''], stdin) =>
        nft === 'nft' && words.includes('delete table ip6 kpx-bridge') && stdin === undefined
          ? { stdout: '' }
          : { missing: nft },
    })
    expect(await removeBridge(way)).to.equal(undefined)
  })

  it('is not put where there is nothing for it to do', async () => {
    const way = await podOf({ exec: () => 'cut' })
    expect(await putBridge(way, '')).to.equal(undefined)
    expect(server?.asked).to.deep.equal([])
  })

  it('says why it cannot be put', async () => {
    const wrong: readonly (readonly [Ran, string])[] = [
      [{ missing: 'nft' }, 'there is no nft to be run there'],
      [
        { stdout: '', stderr: 'Error: Could not process rule: Operation not permitted\nadd table', exitCode: 1 },
        'nft fails: Error: Could not process rule: Operation not permitted',
      ],
      ['cut', 'the connection was closed'],
    ]
    for (const [ran, why] of wrong) {
      const way = await podOf({ exec: () => ran })
      expect(await putBridge(way, 'add table ip kpx-bridge')).to.include(why)
      expect(server?.asked.length, 'it is not run again').to.equal(1)
      await server?.close()
    }
    server = undefined
  })

  it('is not put by an API server that cannot end a standard input', async () => {
    const way = await podOf({ protocol: 'v4.channel.k8s.io', exec: () => ({ stdout: '' }) })
    expect(await putBridge(way, 'add table ip kpx-bridge')).to.include('older than 1.30')
  })

  it('finds its way into a program of this machine', async () => {
    const way = thisMachine(5000, new Room())
    const { exitCode, stdout } = await way.change(['cat'], 'add table ip kpx-bridge')
    expect([exitCode, stdout.toString('utf8')]).to.deep.equal([0, 'add table ip kpx-bridge'])
  })
})
