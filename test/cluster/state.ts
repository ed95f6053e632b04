/** What runs, in a file: whoever comes later can end it, also after a crash. */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './machine.ts'
import { isAlive, processId, type ProcessId } from './process-id.ts'

export interface State {
  readonly starter: ProcessId
  readonly machines: readonly Machine[]
  /** The node that is a virtual machine in the control plane's one. */
  readonly vm?: string
  readonly kubectl: string
  readonly ready: boolean
  /** Folders outside of the cluster's that were not there before. */
  readonly made: readonly string[]
}

const stateFolder = '/var/lib/kpx-cluster'

export function clusterFolder(name: string): string {
  return join(stateFolder, name)
}

export function clusterNames(): string[] {
  return existsSync(stateFolder) ? readdirSync(stateFolder).sort() : []
}

/** kube-proxy's pod mounts it, and containerd makes what is missing. */
const mounted = '/lib/modules'

/** Makes the cluster's folder; throws where there is one. */
export function claim(name: string, kubectl: string): State {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
  mkdirSync(clusterFolder(name))
  const state = {
    starter: processId(process.pid),
    machines: [],
    made: [mounted].filter((path) => !existsSync(path)),
    kubectl,
    ready: false,
  }
  writeState(name, state)
  return state
}

export function readState(name: string): State | undefined {
  const file = join(clusterFolder(name), 'cluster.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : undefined
}

export function writeState(name: string, state: State): void {
  const file = join(clusterFolder(name), 'cluster.json')
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2))
  renameSync(`${file}.new`, file)
}

/** Ready, or on the way with somebody who takes care. */
export function isInUse({ starter, machines, ready }: State): boolean {
  return isAlive(starter) || (ready && machines.every(({ holder }) => isAlive(holder)))
}
