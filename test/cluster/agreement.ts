/** Whether kpx is right about a cluster: against packets that are sent, and against its own capture. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { TraceList } from '../../src/answer/trace.ts'
import { kpxProcess } from '../kpx.ts'
import { nodeAddresses } from './addresses.ts'
import { echoBinary } from './built.ts'
import type { Cluster } from './cluster.ts'
import { disagreement, flowLine, probe } from './flows.ts'
import type { Flow, Question } from './flows.ts'
import { frontendsOf } from './frontends.ts'
import { say } from './say.ts'

/** Fewer say little. */
const fewestFlows = 200

/** Packets from and through these nodes, so many connections for each flow, do what `kpx trace` says. */
export async function expectAgreement(cluster: Cluster, nodes: readonly string[], connections: number): Promise<void> {
  const frontends = await frontendsOf(cluster, nodeIPs(cluster))
  const first = await disagreements(cluster, { nodes, frontends, connections })
  let { wrong } = first
  say(`packets of ${first.asked} flows on ${nodes.join(', ')}: ${wrong.size} to ask again`)
  expect(first.asked, 'flows').to.be.at.least(fewestFlows)
  // a lost ICMP message, a busy machine, an endpoint that was not programmed yet: what is wrong every time is wrong
  for (let again = 0; wrong.size > 0 && again < 2; again++) {
    const left = frontends.filter(({ target }) => [...wrong.keys()].some((line) => line.endsWith(` ${target}`)))
    const still = await disagreements(cluster, { nodes, frontends: left, connections })
    wrong = new Map([...still.wrong].filter(([line]) => wrong.has(line)))
  }
  expect([...wrong.values()]).to.deep.equal([])
}

/** What kpx says live it says from a capture, too, and it has seen every node. */
export async function expectAlike({ kubeconfig, nodes }: Cluster): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kpx-alike-'))
  const path = join(folder, 'taken.tar.gz')
  try {
    expect(await kpxProcess('capture', path, '--kubeconfig', kubeconfig)).to.include({ stderr: '', exit: 0 })
    for (const words of [
      ['services'],
      ['explain', 'service', 'balanced'],
      ['trace', nodes.at(-1) ?? '', 'service/default/web'],
    ]) {
      const taken = await kpxProcess(...words, '-o', 'json', '--from', path)
      const live = await kpxProcess(...words, '-o', 'json', '--kubeconfig', kubeconfig)
      expect(taken, words.join(' ')).to.deep.equal(live)
      expect(JSON.parse(taken.stdout)).to.have.deep.nested.property('seen.nodes', nodes)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const nodeIPs = ({ nodes }: Cluster): string[] => nodeAddresses(nodes.length).flatMap(({ addresses }) => addresses)

interface Disagreements {
  readonly asked: number
  /** By the flow's line, how kpx is wrong. */
  readonly wrong: ReadonlyMap<string, string>
}

async function disagreements(cluster: Cluster, question: Question): Promise<Disagreements> {
  const flows = await probe(cluster, question, await echoBinary())
  const { items } = await traced(cluster, [...flows.keys()])
  const wrong = new Map<string, string>()
  for (const [i, [flow, met]] of [...flows].entries()) {
    const how = disagreement(flow, met, items[i]?.outcomes ?? [])
    if (how !== undefined) wrong.set(flowLine(flow), how)
  }
  return { asked: flows.size, wrong }
}

async function traced({ kubeconfig }: Cluster, flows: readonly Flow[]): Promise<TraceList> {
  const folder = mkdtempSync(join(tmpdir(), 'kpx-flows-'))
  const file = join(folder, 'flows')
  try {
    writeFileSync(file, flows.map((flow) => `${flowLine(flow)}\n`).join(''))
    const argv = ['trace', '--flows', file, '-o', 'json', '--kubeconfig', kubeconfig]
    const { exit, stderr, stdout } = await kpxProcess(...argv)
    expect({ exit, stderr }).to.deep.equal({ exit: 0, stderr: '' })
    return JSON.parse(stdout) as TraceList
  } finally {
    rmSync(folder, { recursive: true })
  }
}
