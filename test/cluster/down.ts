/** Ends a cluster and removes what it left, whoever started it and however far it came. */
import { rmSync } from 'node:fs'
import { cgroupName, removeCgroup, removeEmpty } from './cgroups.ts'
import { endMachine } from './machine.ts'
import { say } from './say.ts'
import { clusterFolder, clusterNames, isInUse, readState } from './state.ts'

export async function downCluster(name: string): Promise<void> {
  const done = say(`ending cluster ${name}`)
  const { machines, made } = readState(name) ?? { machines: [], made: [] }
  await Promise.all(machines.map(endMachine))
  for (const machine of machines) await removeCgroup(cgroupName(name, machine.name))
  for (const folder of made) removeEmpty(folder)
  rmSync(clusterFolder(name), { recursive: true, force: true })
  removeEmpty(clusterFolder('.'))
  done()
}

/** Ends what crashed runs left. A folder without a state is just being made. */
export async function sweep(): Promise<void> {
  for (const name of clusterNames()) {
    const state = readState(name)
    if (state && !isInUse(state)) await downCluster(name)
  }
}
