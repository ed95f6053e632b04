/** A kpx that changes the mode, and what ends or stops in the middle of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Json } from '../../src/cluster/json.ts'
import { rolloutLease } from '../../src/cluster/rollout-record.ts'
import { root } from '../kpx.ts'
import type { Random } from '../fuzz/random.ts'
import { attempt } from './run.ts'
import type { Cluster } from './cluster.ts'

export const victims = ['kpx', 'the API server', 'the kubelet', 'kube-proxy'] as const

export type Victim = (typeof victims)[number]

export interface Running {
  readonly words: string
  /** The exit code; null where it was killed. */
  readonly ended: Promise<number | null>
  /** So far. */
  readonly said: () => string
  readonly isOver: () => boolean
  readonly kill: () => void
  readonly interrupt: () => void
}

/** The built kpx in the background. */
export function startKpx({ kubeconfig }: Cluster, ...words: string[]): Running {
  const argv = [`${root}bin/run.js`, ...words, '--yes', '--kubeconfig', kubeconfig]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = (once(child, 'close') as Promise<[number | null]>).then(([exit]) => exit)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()))
  return {
    words: words.join(' '),
    ended,
    said: () => said,
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    kill: () => void child.kill('SIGKILL'),
    interrupt: () => void child.kill('SIGINT'),
  }
}

/** Milliseconds for which a daemon that is stopped stays so. */
const stopped = 4_000

/** The node that a rollout is about to change, or to check. */
export async function changingNode({ kubectl }: Cluster): Promise<string | undefined> {
  const leases = JSON.parse(await kubectl(['get', 'leases', '-n', 'kube-system', '-o', 'json'])) as { items: Json[] }
  const records = leases.items.flatMap((one) => rolloutLease(one).record ?? [])
  return records.flatMap(({ nodes }) => nodes).find(({ state }) => state === 'changing')?.node
}

/** Ends it, or stops it for a while. */
export async function strike(victim: Victim, running: Running, cluster: Cluster, random: Random): Promise<void> {
  if (victim === 'kpx') {
    running.kill()
    await running.ended
  } else if (victim === 'kube-proxy') {
    const node = await changingNode(cluster)
    // at times there is none to be killed
    if (node !== undefined) await attempt(...cluster.on(node, 'pkill', '-KILL', '-x', 'kube-proxy'))
  } else {
    const [machine, program] =
      victim === 'the API server' ? ['cp', 'kube-apiserver'] : [random.pick(cluster.nodes), 'kubelet']
    const resume = cluster.halt(machine, program)
    await delay(stopped)
    resume()
  }
}
