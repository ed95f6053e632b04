/** Commands that change a cluster, asked of one that a test can look into. */
import { expect } from 'chai'
import type { Change } from '../../src/rollout/change.ts'
import { startApiServer, token } from '../fake/api-server.ts'
import type { FakeApiServer } from '../fake/api-server.ts'
import { KubeProxyCluster } from '../fake/kube-proxy-cluster.ts'
import { kpx } from '../kpx.ts'
import type { Ran } from '../kpx.ts'

export class Changing {
  cluster = new KubeProxyCluster()
  #server: FakeApiServer | undefined

  /** A cluster that nothing was done to. */
  renew(): void {
    this.cluster = new KubeProxyCluster()
  }

  async start(): Promise<void> {
    this.#server = await startApiServer({
      get: (...asked) => this.cluster.script.get?.(...asked),
      write: (...asked) => this.cluster.script.write?.(...asked),
      forward: (...asked) => this.cluster.script.forward?.(...asked),
    })
  }

  async kpx(...argv: string[]): Promise<Ran> {
    const ran = await kpx(...argv, '--kubeconfig', this.#server?.kubeconfig ?? '')
    expect(ran.stdout + ran.stderr).to.not.include(token)
    return ran
  }

  /** With consent. */
  async change(...argv: string[]): Promise<{ readonly exit: number; readonly change: Change }> {
    const { exit, stdout } = await this.kpx(...argv, '--yes', '-o', 'json')
    return { exit, change: JSON.parse(stdout) as Change }
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }
}

export const codesOf = ({ findings }: Change): string[] => findings.map(({ code }) => code)
