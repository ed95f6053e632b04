/** Nodes looked at by one way after the other, until one has led to each of them. */
import type { Blind, Reached } from '../capture/capture.ts'
import { KpxError } from '../error.ts'
import type { ClusterNode } from './access/cluster-node.ts'
import type { Access, NoWay, Way } from './access/way.ts'
import { Looking } from './looking.ts'
import { recordOf } from './node-record.ts'
import type { NodeRecord, Scope, Served } from './node-record.ts'
import { Pool } from './pool.ts'

/** Nodes that are looked at together. */
const mostNodes = 16

/** What is known of a node after some of the ways have been tried. */
interface Look {
  readonly files: ReadonlyMap<string, Buffer>
  /** What the way that led there could not see. */
  readonly blind: readonly Blind[]
  readonly reached: Reached | undefined
  /** A command has been answered, be it that there is no such program. */
  readonly answered: boolean
  /** All that could be asked has been asked. */
  readonly isWhole: boolean
  /** Why other ways led nowhere, or not far enough. */
  readonly failures: readonly Blind[]
  /** What the node can do nothing about: the API server is away, or does not let this user run commands in pods. */
  readonly refusal: KpxError | undefined
}

export const unseen: Look = {
  files: new Map(),
  blind: [],
  reached: undefined,
  answered: false,
  isWhole: false,
  failures: [],
  refusal: undefined,
}

/** What could not be seen; where a way led there in the end, what was wrong with the others is no blind spot. */
export const blindSpots = ({ blind, failures, isWhole }: Look): readonly Blind[] =>
  isWhole ? blind : [...blind, ...failures]

/** What is read of a node. */
export interface Wanted {
  readonly scope: Scope
  /** Where the node's kube-proxy serves what it says of itself; undefined where that is not known. */
  readonly served: (node: string) => Served | undefined
  /** Who is waited for. */
  readonly progress?: ((text: string) => void) | undefined
}

/** Tries one way after the other for the nodes that are left. Throws KPX1013 to KPX1015 where no way led to any node because of that. */
export async function lookAt(
  nodes: readonly ClusterNode[],
  ways: readonly Access[],
  wanted: Wanted,
): Promise<ReadonlyMap<string, Look>> {
  const looks = new Map<string, Look>()
  const of = ({ name }: ClusterNode): Look => looks.get(name) ?? unseen
  const pool = new Pool(mostNodes)
  const looking = new Looking(nodes.length, wanted.progress ?? (() => undefined))
  for (const access of ways) {
    // in a debug pod commands are run in the same way
    const isLeft = (look: Look): boolean => !look.isWhole && !(look.refusal && access.way === 'debug-pod')
    const left = nodes.filter((node) => isLeft(of(node)))
    const open = await access.prepare(left)
    const look = async (node: ClusterNode): Promise<boolean> => {
      const seen = await lookAgain(
        of(node),
        access,
        (way) => recordOf(way, wanted.scope, wanted.served(node.name)),
        () => open(node),
      )
      looks.set(node.name, seen)
      return seen.isWhole
    }
    await Promise.all(left.map((node) => pool.run(() => looking.during(node.name, () => look(node)))))
  }
  const all = [...looks.values()]
  const refusal = all.find((look) => look.refusal)?.refusal
  if (refusal && !all.some(({ answered }) => answered)) throw refusal
  return looks
}

/** A node that cannot be looked at is blind; it does not end the run. */
async function lookAgain(
  before: Look,
  access: Access,
  read: (way: Way) => Promise<NodeRecord>,
  open: () => Promise<Way | NoWay | undefined>,
): Promise<Look> {
  let way: Way | NoWay | undefined
  try {
    way = await open()
  } catch (error) {
    return failed(before, access, access.label, error)
  }
  if (way === undefined) return before
  if (!('run' in way)) return withFailure(before, { file: access.label, ...way })
  const { answered, blind, files, lost } = await recordAndClose(way, read)
  const now = { ...before, answered: before.answered || answered }
  const look = lost ? failed(now, access, way.through, lost) : { ...now, isWhole: true }
  if (lost && files.size <= before.files.size) return look
  const instead = before.failures.map(({ file, why }) => `${file}: ${why}`).join('; ')
  const reached = { way: access.way, through: way.through, ...(instead !== '' && { instead }) }
  return { ...look, files, blind, reached }
}

const withFailure = (look: Look, failure: Blind): Look => ({ ...look, failures: [...look.failures, failure] })

function failed(before: Look, { way }: Access, file: string, error: unknown): Look {
  if (!(error instanceof KpxError)) throw error
  const look = withFailure(before, { file, why: error.message, fix: error.fix })
  return way === 'exec' && refusals.includes(error.code) ? { ...look, refusal: error } : look
}

const refusals: readonly string[] = ['KPX1013', 'KPX1014', 'KPX1015']

/** What is left behind is told as well. */
async function recordAndClose(way: Way, read: (way: Way) => Promise<NodeRecord>): Promise<NodeRecord> {
  const [record] = await Promise.allSettled([read(way)])
  const [closed] = await Promise.allSettled([way.close()])
  if (record.status === 'rejected') throw record.reason
  if (closed.status === 'fulfilled') return record.value
  const { reason } = closed
  if (!(reason instanceof KpxError)) throw reason
  return {
    ...record.value,
    blind: [...record.value.blind, { file: way.through, why: reason.message, fix: reason.fix }],
  }
}
