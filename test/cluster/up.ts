/** A real cluster on this machine: control plane, nodes and kube-proxy, each machine in namespaces of its own. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll, kubernetesVersion, type Built } from './built.ts'
import { clusterOf, type Cluster } from './cluster.ts'
import { downCluster, sweep } from './down.ts'
import { interruption, signals } from './interruption.ts'
import { tellLogs } from './logs.ts'
import { clusterPackages, installPackages, vmPackages } from './packages.ts'
import { say } from './say.ts'
import { startCluster, type ClusterOptions } from './start.ts'
import { claim, readState } from './state.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

export const defaults: ClusterOptions = {
  name: 'kpx',
  nodes: 2,
  kubeProxy: { version: kubernetesVersion, mode: 'iptables' },
  ipvs: false,
  lasting: false,
}

/** Starts a cluster, or returns the one of that name that is there. On failure and on Ctrl-C nothing is left of it. */
export async function upCluster(options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const wanted = { ...defaults, ...options }
  await installPackages(wanted.ipvs ? [...clusterPackages, ...vmPackages] : clusterPackages)
  const built = await buildAll(wanted.kubeProxy.version, wanted.ipvs)
  await sweep()
  const there = readState(wanted.name)
  if (there?.ready) return clusterOf(wanted.name, there)
  if (there) throw new Error(`process ${there.starter.pid} is starting cluster ${wanted.name}`)
  return startOrEnd(wanted, built)
}

async function startOrEnd(wanted: ClusterOptions, built: Built): Promise<Cluster> {
  const { name } = wanted
  const { signal, promise, release } = interruption()
  claim(name, join(built.kubernetes, 'kubectl'))
  const done = say(`starting cluster ${name}`)
  try {
    const cluster = await Promise.race([startCluster(wanted, built, signal), promise])
    if (!wanted.lasting) endWithProcess(name)
    done()
    return cluster
  } catch (error) {
    const machines = readState(name)?.machines ?? []
    if (!signal.aborted) tellLogs(machines)
    await downCluster(name)
    throw error
  } finally {
    release()
  }
}

/** The clusters that end with this process. */
const ending = new Set<string>()

/** For a process that ends without `down`, as mocha does on Ctrl-C: nothing can be awaited any more. */
function endWithProcess(name: string): void {
  ending.add(name)
  if (ending.size > 1) return
  process.on('exit', () => {
    for (const one of ending) {
      const argv = [...process.execArgv, main, 'down', '--name', one]
      if (readState(one)) spawnSync(process.execPath, argv, { stdio: ['ignore', 'ignore', 2] })
    }
  })
  for (const signal of signals) process.on(signal, () => process.exit(1))
}
