/** `kpx decode`: which lines of a dump kpx recognises, ignores or does not know. */
import type { Capture } from '../capture/capture.ts'
import { inputName } from '../capture/input.ts'
import { decodedNames, isDecoded, reportsOf } from '../decode/index.ts'
import { sourceFile } from '../decode/source.ts'
import { isUtf16 } from '../decode/sniff.ts'
import type { LineReport, SourceFile } from '../decode/source.ts'
import { KpxError } from '../error.ts'
import { documentSeeing } from './document.ts'
import { chooseOne } from './lookup.ts'
import type { Document } from './document.ts'
import type { Seen } from './scene.ts'

export type RulesetSummary = Document<'RulesetSummary'> & {
  readonly files: readonly DecodedFile[]
  readonly unknown: readonly { file: string; line: number; text: string; why: string }[]
}

interface DecodedFile {
  readonly file: string
  readonly lines: number
  readonly recognised: number
  readonly ignored: number
  readonly unknown: number
  /** Where it ends too early, as far as that shows. */
  readonly cut?: { readonly line: number; readonly why: string }
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
    files: reports.map(({ cut, file, ignored, lines, recognised, unknown }) => ({
      file,
      lines,
      recognised,
      ignored: ignored.length,
      unknown: unknown.length,
      ...(cut && { cut: { line: cut.line, why: cut.why } }),
    })),
    unknown: reports.flatMap(({ file, unknown }) => unknown.map((line) => ({ file, ...line }))),
  }
}

function reportsOfFile(source: SourceFile): readonly LineReport[] {
  const { text } = source
  const name = inputName(source.name)
  if (isUtf16(text)) {
    throw new KpxError('KPX1008', `${name} is UTF-16 text, which no tool prints`, {
      fix: 'convert it with iconv -f UTF-16 -t UTF-8',
    })
  }
  const reports = reportsOf(source)
  if (reports) return reports
  if (text === '') throw new KpxError('KPX1008', `${name} is empty`, { fix: 'record it again' })
  throw new KpxError('KPX1008', `${name} is not the output of a tool that kpx reads`, {
    fix: `if it is, name it after the command that printed it: ${decodedNames.join(', ')}`,
  })
}

/** Whether decoding must be answered with no: some line is not known, or lines are missing. */
export const isIncomplete = ({ files, unknown }: RulesetSummary): boolean =>
  unknown.length > 0 || files.some(({ cut }) => cut !== undefined)

/** The dumps of these nodes, or of all when none is named. Throws KPX1005 for a node that is not there, KPX1006 without dumps. */
export function dumpsOf(capture: Capture, nodes: readonly string[]): Dumps {
  const missing = nodes.find((node) => !capture.nodes.includes(node))
  if (missing !== undefined) {
    throw new KpxError('KPX1005', `${capture.path} has no node ${missing}`, { fix: chooseOne(capture.nodes) })
  }
  const sources = (nodes.length > 0 ? nodes : capture.nodes).flatMap((node) => dumpsOfNode(capture, node))
  return { sources, seen: seenIn(capture) }
}

/** Of the recording's own nodes: decode asks no object of the API whether the cluster has more. */
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
