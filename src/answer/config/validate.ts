/** `kpx config validate`: what the kube-proxy of a release would make of configurations and command lines in files. */
import type { Code } from '../../codes.ts'
import { judge } from '../../config/judge.ts'
import { judgeCommand } from '../../config/judge-command.ts'
import { findConfigs } from '../../config/manifest.ts'
import type { Found, FoundCommand, FoundConfig } from '../../config/manifest.ts'
import { placesOf } from '../../config/place.ts'
import type { LinePlace } from '../../config/place.ts'
import type { Problem } from '../../config/problem.ts'
import { decodeText } from '../../config/text.ts'
import { newestMinor, oldestMinor } from '../../config/version.ts'
import { minorOf } from '../../version.ts'
import { KpxError } from '../../error.ts'
import type { Settings } from '../../config/settings.ts'
import { finding } from '../finding.ts'
import type { FileEvidence, Finding } from '../finding.ts'
import { findingList } from '../finding-list.ts'
import type { FailOn, FindingList } from '../finding-list.ts'

/** A file as it was read. */
export interface ConfigFile {
  /** As the user named it. */
  readonly name: string
  readonly bytes: Uint8Array
}

export const ofConfigs = [
  'KPX2001',
  'KPX2002',
  'KPX2003',
  'KPX2004',
  'KPX2005',
  'KPX2006',
  'KPX2007',
  'KPX2008',
  'KPX2009',
  'KPX2010',
  'KPX2011',
  'KPX2013',
] as const satisfies readonly Code[]
export const ofCommands = ['KPX2012', 'KPX2014'] as const satisfies readonly Code[]

/** `1.34`, `v1.34.3`: its minor. Throws KPX1001 for a release that kpx knows nothing of. */
export function knownMinor(version: string): number {
  const minor = minorOf(version)
  const range = `choose one from 1.${oldestMinor} to 1.${newestMinor}`
  if (minor === undefined) throw new KpxError('KPX1001', `"${version}" is no version of Kubernetes`, { fix: range })
  if (minor >= oldestMinor && minor <= newestMinor) return minor
  throw new KpxError('KPX1001', `kpx does not know the kube-proxy of 1.${minor}`, { fix: range })
}

/** For the release of `minor`, or where that is undefined of the image in the file, or else the newest. */
export function validateConfig(files: readonly ConfigFile[], asked: number | undefined, failOn: FailOn): FindingList {
  const opened = files.map(open)
  const minor = asked ?? minorOfImages(opened) ?? newestMinor
  const findings = opened.flatMap((file) => findingsOf(file, minor))
  const hasCommands = opened.some(({ found }) => found.commands.length > 0)
  const why = 'no command line of kube-proxy is in it: pass its DaemonSet as well'
  const unread = unreadIn(findings)
  const skipped = new Map<Code, string>([
    ...(unread === undefined ? [] : unfound(ofConfigs, findings).map((code) => [code, unread] as const)),
    ...(hasCommands ? [] : ofCommands.map((code) => [code, why] as const)),
  ])
  return { ...findingList(findings, [...ofConfigs, ...ofCommands], skipped, failOn), kubernetes: `1.${minor}` }
}

const unfound = (codes: readonly Code[], findings: readonly Finding[]): Code[] =>
  codes.filter((code) => !findings.some((one) => one.code === code))

/** Why other things could not be looked for; undefined where all could. */
export const unreadIn = (findings: readonly Finding[]): string | undefined =>
  findings.some(({ code }) => code === 'KPX2001') ? 'a text that cannot be read tells nothing of it' : undefined

interface PlacedFile {
  readonly name: string
  readonly place: (offset: number) => LinePlace
}

interface OpenFile extends PlacedFile {
  readonly found: Found
}

const nothing: Found = { configs: [], commands: [], problems: [] }

function open({ bytes, name }: ConfigFile): OpenFile {
  const text = decodeText(bytes)
  const place = placesOf(typeof text === 'string' ? text : text.before)
  if (typeof text === 'string') return { name, place, found: findConfigs(text) }
  const at = text.before.length
  const problem: Problem = { code: 'KPX2001', message: text.why, start: at, end: at }
  return { name, place, found: { ...nothing, problems: [{ object: undefined, problem }] } }
}

/** The same findings for a release, without a verdict. */
export const judgeFiles = (files: readonly ConfigFile[], minor: number): Finding[] =>
  files.flatMap((file) => findingsOf(open(file), minor))

/** The release that an image in the files names; undefined where none does, or several do. */
export const minorOfFiles = (files: readonly ConfigFile[]): number | undefined => minorOfImages(files.map(open))

/** What a release makes of each configuration in the files; of those that it can read. */
export const settingsOfFiles = (files: readonly ConfigFile[], minor: number): Settings[] =>
  files.flatMap((file) => open(file).found.configs.flatMap(({ text }) => judge(text, minor).settings ?? []))

/** Where the files have each object, by its name: the line of its configuration or of kube-proxy's command. */
export function placesOfObjects(files: readonly ConfigFile[]): ReadonlyMap<string, FileEvidence> {
  const all = files.flatMap((file): [string, FileEvidence][] => {
    const { found, name, place } = open(file)
    const at = (object: string, offset: number): [string, FileEvidence] => {
      const { column, line, text } = place(offset)
      return [object, { file: name, line, column, endColumn: column, text }]
    }
    return [
      ...found.configs.map(({ object = '', outer }) => at(object.replace(/, key .*/, ''), outer(0))),
      ...found.commands.map(({ object, words }) => at(object, words[0]?.start ?? 0)),
    ]
  })
  return new Map(all)
}

/** The tag of kube-proxy's image, where one release is named. */
function minorOfImages(files: readonly OpenFile[]): number | undefined {
  const tags = files.flatMap(({ found }) => found.commands.map(({ image }) => /:(v1\.\d+\.\d+)/.exec(image ?? '')?.[1]))
  const minors = new Set(tags.map((tag) => (tag === undefined ? undefined : minorOf(tag))))
  const [only] = minors
  return minors.size === 1 && only !== undefined && only >= oldestMinor && only <= newestMinor ? only : undefined
}

function findingsOf(file: OpenFile, minor: number): Finding[] {
  const { commands, configs, problems } = file.found
  return [
    ...problems.map(({ object, problem }) => asFinding(problem, object, problem.start ?? 0, problem.end, file)),
    ...configs.flatMap((config) => ofConfig(config, minor, file)),
    ...commands.flatMap((command) => ofCommand(command, minor, file)),
  ].sort((a, b) => lineOf(a) - lineOf(b))
}

const lineOf = ({ evidence }: Finding): number => evidence[0]?.line ?? 0

/** What there is to say of the text of a configuration alone; `name` is what it is called there. */
export const judgeText = (name: string, text: string, minor: number): Finding[] =>
  ofConfig({ object: undefined, text, outer: (offset) => offset }, minor, { name, place: placesOf(text) })

function ofConfig({ object, outer, text }: FoundConfig, minor: number, file: PlacedFile): Finding[] {
  return judge(text, minor).problems.map((problem) => {
    const start = problem.start ?? headOf(text)
    return asFinding(problem, object, outer(start), outer(problem.end ?? start), file)
  })
}

/** What stands nowhere is told at the kind. */
const headOf = (text: string): number => Math.max(0, text.search(/kind\b/i))

function ofCommand({ object, words }: FoundCommand, minor: number, file: OpenFile): Finding[] {
  const { problems } = judgeCommand(
    words.map(({ text }) => text),
    minor,
  )
  return problems.map(({ problem, word }) => {
    const place = word === undefined ? words[0] : words[word]
    return asFinding(problem, object, place?.start ?? 0, place?.end, file)
  })
}

function asFinding(
  problem: Problem,
  object: string | undefined,
  start: number,
  end: number | undefined,
  file: PlacedFile,
): Finding {
  const { code, field, fix, message, refused } = problem
  const { column, line, text } = file.place(start)
  const last = end === undefined ? undefined : file.place(Math.max(start, end - 1))
  const endColumn = last?.line === line ? Math.max(last.column, column) : column
  return {
    ...finding(code, {
      message,
      object: object ?? null,
      field: field ?? null,
      evidence: [{ file: file.name, line, column, endColumn, text }],
    }),
    ...(fix === undefined ? {} : { fix }),
    ...(refused === undefined ? {} : { says: refused.says }),
  }
}
