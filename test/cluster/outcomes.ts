/** What becomes of packets to Services by a cluster's rules, in words that are the same whatever mode wrote them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { explainPorts } from '../../src/answer/explain-service.ts'
import type { ExplainedPort } from '../../src/answer/explain-service.ts'
import type { Outcome } from '../../src/answer/outcome.ts'
import { nodeNames, sceneOf } from '../../src/answer/scene.ts'
import { readCapture } from '../../src/capture/read.ts'
import { qualified } from '../../src/cluster/objects.ts'
import { kpxProcess } from '../kpx.ts'
import type { Cluster } from './cluster.ts'

/** By Service, address, node and sender: to which endpoints, in which shares, with which source address. */
export async function outcomesIn(cluster: Cluster, namespace: string): Promise<Map<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'kpx-outcomes-'))
  try {
    const path = join(folder, 'taken')
    const { exit, stderr } = await kpxProcess('capture', path, '--kubeconfig', cluster.kubeconfig)
    if (exit !== 0) throw new Error(stderr)
    const scene = sceneOf(await readCapture(path))
    const services = scene.cluster.services.filter((one) => one.namespace === namespace && !one.leftToOthers)
    const nodes = nodeNames(scene)
    return new Map(
      services.flatMap((service) =>
        explainPorts(service, nodes, scene).flatMap((port) => ofPort(qualified(service), port)),
      ),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const ofPort = (service: string, { frontends, name, protocol }: ExplainedPort): [string, string][] =>
  frontends.flatMap(({ ip, kind, nodes, port }) =>
    nodes.flatMap(({ from, node }) =>
      Object.entries(from).map(([sender, outcomes]): [string, string] => [
        `${service} ${name} ${kind} ${protocol} ${ip ?? 'node'} ${port} on ${node} from ${sender}`,
        outcomes.map(told).sort().join('; '),
      ]),
    ),
  )

/** iptables rounds the chances of its choices. */
const told = ({ endpoint, reply, share, sourceSeen, verdict }: Outcome): string =>
  [verdict, endpoint?.ip ?? '-', endpoint?.port ?? '-', share.toFixed(3), sourceSeen ?? '-', reply ?? '-'].join(' ')
