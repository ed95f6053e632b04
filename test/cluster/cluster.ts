/** A running cluster, for whoever asks it. */
import { join } from 'node:path'
import { downCluster } from './down.ts'
import { haltDaemon, inside, type Machine } from './machine.ts'
import { run, type RunOptions } from './run.ts'
import { clusterFolder, type State } from './state.ts'

export interface Cluster {
  readonly name: string
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string
  readonly nodes: readonly string[]
  /** What kubectl printed; throws where it fails. */
  readonly kubectl: (argv: readonly string[], options?: RunOptions) => Promise<string>
  readonly create: (objects: readonly object[]) => Promise<void>
  /** The command line that runs a program on a node (or on `cp`, which is outside of the cluster's nodes and pods). */
  readonly on: (machine: string, ...command: string[]) => [string, string[]]
  /** Stops a program that runs on a machine of the cluster, and returns what lets it go on. */
  readonly halt: (machine: string, program: string) => () => void
  readonly down: () => Promise<void>
}

export function clusterOf(name: string, { machines, vm, kubectl }: State): Cluster {
  const kubeconfig = kubeconfigOf(name)
  const options = ['--kubeconfig', kubeconfig, '--cache-dir', join(clusterFolder(name), 'kubectl-cache')]
  const ask = async (argv: readonly string[], more?: RunOptions) => run(kubectl, [...options, ...argv], more)
  return {
    name,
    kubeconfig,
    nodes: [
      ...machines
        .map((machine) => machine.name)
        .filter((name) => name !== 'cp')
        .sort(),
      ...(vm ? [vm] : []),
    ],
    kubectl: ask,
    create: async (items) => {
      await ask(['create', '-f', '-'], { input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }) })
    },
    on: (wanted, ...command) => inside(named(wanted, machines), ...command),
    halt: (wanted, program) => haltDaemon(named(wanted, machines), program),
    down: () => downCluster(name),
  }
}

function named(name: string, machines: readonly Machine[]): Machine {
  const machine = machines.find((machine) => machine.name === name)
  if (!machine) throw new Error(`no machine ${name}`)
  return machine
}

function kubeconfigOf(name: string): string {
  return join(clusterFolder(name), 'kubeconfig')
}
