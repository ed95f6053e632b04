/** The node itself, where kpx runs on it. */
import { readFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { isOf } from './cluster-node.ts'
import type { ClusterNode } from './cluster-node.ts'
import { runProgram } from './program.ts'
import { nothingToClose } from './way.ts'
import type { Room } from '../room.ts'
import type { Access, Way } from './way.ts'

/** `patience` is in milliseconds. */
export const localAccess = (patience: number, room: Room): Access => ({
  way: 'local',
  label: 'this machine',
  prepare: async () => async (node) => {
    if (!isThisMachine(node)) return undefined
    return mayReadRules()
      ? thisMachine(patience, room)
      : { why: 'it is this node, and its rules are for root to read', fix: 'run kpx with sudo' }
  },
})

/** A name alone may be another machine's, and an address alone too: in another network. */
const isThisMachine = (node: ClusterNode): boolean => node.hostNames.includes(hostname()) && isOf(node, ownAddresses())

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))

/** CAP_NET_ADMIN, by its number in linux/capability.h. */
const netAdmin = 12n

/** As the kernel sees this process. */
function mayReadRules(): boolean {
  try {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0'
    return ((BigInt(`0x${effective}`) >> netAdmin) & 1n) === 1n
  } catch {
    return false
  }
}

export const thisMachine = (patience: number, room: Room): Way => ({
  through: hostname(),
  missing: new Set(),
  onHost: true,
  run: (words) => runProgram(words, patience, room),
  change: (words, stdin) => runProgram(words, patience, room, stdin),
  async get(port, path) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(patience) })
      return response.ok ? Buffer.from(await response.arrayBuffer()) : undefined
    } catch {
      // nothing listens there
      return undefined
    }
  },
  close: nothingToClose,
})
