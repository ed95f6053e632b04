/** `kpx decode`: which lines of a dump kpx recognises, ignores or does not know. */
import type { Capture } from '../capture/capture.ts'
import { decodedNames, isDecoded, reportsOf } from '../decode/index.ts'
import { sourceFile } from '../decode/source.ts'
import type { LineReport, SourceFile } from '../decode/source.ts'
import { KpxError } from '../error.ts'
import { documentSeeing } from './document.ts'
import type { Document } from './document.ts'
import type { Seen } from './scene.ts'

export type RulesetSummary = Document<'RulesetSummary'> & {
  readonly files: readonly { file: string; lines: number; recognised: number; ignored: number; unknown: number }[]
  readonly unknown: readonly { file: string; line: number; text: string; why: string }[]
}

export interface Dumps {
  readonly sources: readonly SourceFile[]
  readonly seen: Seen
}

/** Throws KPX1008 for a file that neither its name nor its beginning gives to a decoder. */
export function summarise({ seen, sources }: Dumps): RulesetSummary {
  const reports = sources.flatMap(reportsOfFile)
  return {
    ...documentSeeing('RulesetSummary', seen),
    files: reports.map(({ file, ignored, lines, recognised, unknown }) => ({
      file,
      lines,
      recognised,
      ignored: ignored.length,
      unknown: unknown.length,
    })),
    unknown: reports.flatMap(({ file, unknown }) => unknown.map((line) => ({ file, ...line }))),
  }
}

function reportsOfFile(source: SourceFile): readonly LineReport[] {
  const reports = reportsOf(source)
  if (reports) return reports
  throw new KpxError('KPX1008', `${source.name} is not the output of a tool that kpx reads`, {
    fix: `if it is, name it after the command that printed it: ${decodedNames.join(', ')}`,
  })
}

/** The dumps of these nodes, or of all when none is named. Throws KPX1005 for a node that is not there, KPX1006 without dumps. */
export function dumpsOf(capture: Capture, nodes: readonly string[]): Dumps {
  const missing = nodes.find((node) => !capture.nodes.includes(node))
  if (missing !== undefined) {
    throw new KpxError('KPX1005', `${capture.path} has no node ${missing}; it has ${capture.nodes.join(', ')}`)
  }
  const sources = (nodes.length > 0 ? nodes : capture.nodes).flatMap((node) => dumpsOfNode(capture, node))
  return { sources, seen: seenIn(capture) }
}

/** Of the recording’s own nodes: decode asks no object of the API whether the cluster has more. */
function seenIn(capture: Capture): Seen {
  const nodes = capture.nodes.filter((node) => capture.files(node).some(isDecoded))
  const blind = capture.nodes.filter((node) => !nodes.includes(node))
  return {
    nodes,
    of: capture.nodes.length,
    blind: blind.map((node) => ({ node, why: 'it has no dump that kpx reads' })),
  }
}

/** Files without a capture: no node is known to be theirs. */
export const looseDumps = (sources: readonly SourceFile[]): Dumps => ({
  sources,
  seen: { nodes: [], of: 0, blind: [] },
})

function dumpsOfNode(capture: Capture, node: string): SourceFile[] {
  const dumps = capture.files(node).flatMap((file) => {
    const bytes = isDecoded(file) ? capture.file(node, file) : undefined
    return bytes ? [sourceFile(`nodes/${node}/${file}`, bytes)] : []
  })
  if (dumps.length === 0) throw new KpxError('KPX1006', `${capture.path} has no dump of ${node} that kpx reads`)
  return dumps
}
