/** The machine that kpx runs on as a capture, where no API is asked: rules, addresses and routes, but no names. */
import { hostname } from 'node:os'
import type { Capture } from '../capture/capture.ts'
import { thisMachine } from './access/local.ts'
import { recordOf } from './node-record.ts'
import type { Scope } from './node-record.ts'
import { Room } from './room.ts'

/** `patience` is in milliseconds. */
export async function localCapture(patience: number, scope: Scope): Promise<Capture> {
  const way = thisMachine(patience, new Room())
  const { blind, files, lost } = await recordOf(way, scope)
  const spots = [...blind, ...(lost ? [{ file: way.through, why: lost.message, fix: lost.fix }] : [])]
  return {
    name: hostname(),
    path: hostname(),
    flags: '--local',
    takenAt: new Date().toISOString(),
    nodes: [hostname()],
    file: (_node, file) => files.get(file),
    files: () => [...files.keys()].sort(),
    list: () => undefined,
    blind: () => spots,
    reached: () => ({ way: 'local', through: way.through }),
  }
}
