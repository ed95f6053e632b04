/** What may stand for flags and arguments whose values oclif's manifest does not list. */
import { catalogue } from '../codes.ts'
import type { Field } from '../config/field.ts'
import { fieldAt, fields, sections } from '../config/fields/index.ts'
import { newestMinor, oldestMinor } from '../config/version.ts'
import { modes, standingOf } from '../modes.ts'
import { reportFormats } from '../report-formats.ts'
import { files, nothing, words } from './completion.ts'
import type { Candidate, Completion } from './completion.ts'
import {
  contexts,
  daemonSets,
  namespaces,
  nodes,
  packetDestinations,
  packetSources,
  pods,
  revisions,
  services,
} from './names.ts'
import type { Source } from './names.ts'

const some = (candidates: readonly Candidate[]): Completion => ({ candidates, files: false })

const file: Source = () => files

/** Those that a kube-proxy of today may be given. */
const liveModes: Source = () => some(modesWhere((name) => name !== 'userspace'))
const allModes: Source = () => some(modesWhere(() => true))

const modesWhere = (isWanted: (name: string) => boolean): Candidate[] =>
  modes.filter(({ name }) => isWanted(name)).map((mode) => ({ text: mode.name, about: standingOf(mode) }))

const codes: Source = () => some(catalogue.map(({ code, title }) => ({ text: code, about: title })))

const releases: Source = () =>
  words(Array.from({ length: newestMinor - oldestMinor + 1 }, (_, i) => `1.${newestMinor - i}`))

const paths: Source = () => some([...sections.map((text) => ({ text })), ...fields.map((field) => candidateOf(field))])

const candidateOf = ({ does, path }: Field, end = ''): Candidate => ({ text: path + end, about: does })

/** PATH=VALUE: the paths, and then what may be the value of that one. */
const assignments: Source = ({ current }) => {
  const [path = '', value] = current.split('=')
  if (value === undefined) return some(fields.map((field) => candidateOf(field, '=')))
  const field = fieldAt(path)
  return field ? words(valuesOf(field).map((one) => `${path}=${one}`)) : nothing
}

const valuesOf = ({ type, words: own = [] }: Field): readonly string[] => (type === 'boolean' ? ['true', 'false'] : own)

/** FORMAT=FILE: the formats, and then the shell's files. */
const reports: Source = ({ current }) =>
  current.includes('=') ? files : words(reportFormats.map((format) => `${format}=`))

/** By the flag's name: it means the same of every command. */
export const ofFlags: Readonly<Record<string, Source>> = {
  apply: file,
  'config-file': file,
  context: contexts,
  daemonset: daemonSets,
  flows: file,
  from: file,
  'kube-proxy-namespace': namespaces,
  kubeconfig: file,
  kubernetes: releases,
  mode: liveModes,
  namespace: namespaces,
  node: nodes,
  plan: file,
  report: reports,
  service: services,
  suppress: codes,
}

/** By the command's id and the argument's name. */
export const ofArguments: Readonly<Record<string, Source>> = {
  'capture path': file,
  'config:diff other': async (line, names) => ({ ...(await revisions(line, names)), files: true }),
  'config:get path': paths,
  'config:restore revision': revisions,
  'config:set assignment': assignments,
  'config:unset path': paths,
  'config:validate file': file,
  'decode file': file,
  'explain:code code': codes,
  'explain:field path': paths,
  'explain:mode mode': allModes,
  'explain:pod name': pods,
  'explain:service name': services,
  'mode:check mode': liveModes,
  'mode:set mode': liveModes,
  'preflight file': file,
  'trace destination': packetDestinations,
  'trace source': packetSources,
  'verify service': services,
}
