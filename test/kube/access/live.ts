/** kpx asks a cluster that a test has scripted. */
import type { ServiceList } from '../../../src/answer/services.ts'
import { startApiServer } from '../../fake/api-server.ts'
import type { FakeApiServer, Script } from '../../fake/api-server.ts'
import { captures, kpx } from '../../kpx.ts'
import type { Ran } from '../../kpx.ts'

export const recording = 'k1.33-iptables'

let server: FakeApiServer | undefined

/** Paths with their queries, of the cluster that was asked last. */
export const asked = (): readonly string[] => server?.asked ?? []

export async function closeServer(): Promise<void> {
  await server?.close()
  server = undefined
}

/** Instead of the cluster that was there before. */
export async function serve(script: Script): Promise<FakeApiServer> {
  await closeServer()
  return (server = await startApiServer(script))
}

export async function live(script: Script, ...argv: string[]): Promise<Ran> {
  const { kubeconfig } = await serve(script)
  return kpx(...argv, '--kubeconfig', kubeconfig)
}

export const listed = ({ stdout }: Ran): ServiceList => JSON.parse(stdout) as ServiceList

/** The services of the recording itself. */
export const recorded = async (): Promise<ServiceList['items']> =>
  listed(await kpx('services', '-o', 'json', '--from', `${captures}/${recording}`)).items

/** What was not seen, in one line. */
export const blind = (ran: Ran): string =>
  listed(ran)
    .seen.blind.map(({ fix = '', node, why }) => `${node}: ${why}; ${fix}`)
    .join('\n')
