/** `kpx mode set`: the check, and the change of the one setting, wherever it is. */
import { placeOf } from '../answer/config/place.ts'
import type { Finding } from '../answer/finding.ts'
import type { ModeCheck, NodeModeCheck } from '../check/mode-check.ts'
import { list, object, text } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import { commandLineOf } from '../config/command-line.ts'
import { setField } from '../config/edit/set-field.ts'
import { jsonOfYaml, yamlOfJson } from '../config/yaml-object.ts'
import { KpxError } from '../error.ts'
import type { Connection } from '../kube/connection.ts'
import { liveConfiguration } from '../kube/live-configuration.ts'
import type { Change } from './change.ts'
import { configMapSubject } from './config-map.ts'
import { daemonSetSubject } from './daemon-set.ts'
import type { Asked, Found, Subject } from './subject.ts'
import { change } from './write.ts'
import type { ChangeOptions, Dialog, PlanLine } from './write.ts'

/** The ConfigMap, or by force the DaemonSet where its flags are the configuration. Throws as configMapSubject. */
export async function modeSubject(connection: Connection, asked: Asked): Promise<Found> {
  if (!asked.force) return configMapSubject(connection, asked)
  const { file, workload } = placeOf(await liveConfiguration(connection), asked.daemonSet)
  const isInFlags = file.file === undefined && workload.kind === 'DaemonSet'
  return (isInFlags ? daemonSetSubject : configMapSubject)(connection, asked)
}

/** Throws as change. */
export function setMode(found: Subject, check: ModeCheck, options: ChangeOptions, dialog: Dialog): Promise<Change> {
  const findings = check.findings.map((finding) => (options.force ? overridden(finding) : finding))
  const about = [{ name: 'Traffic', text: trafficText(check, options) }, ...unseen(check)]
  const beside = { findings, about, word: found.connection.context }
  return change(found, textWith(found, check.mode), options, dialog, beside)
}

/** What the change means for the clients of Services; of the options only whether nodes are bridged. */
export function trafficText({ nodes }: ModeCheck, { bridge }: Pick<ChangeOptions, 'bridge'>): string {
  const changing = nodes.filter(({ changes }) => changes)
  if (changing.length === 0) return 'every node is in that mode already: no rule goes away'
  if (!bridge) return `while the mode of a node changes, ${gapText(changing)} (--no-bridge)`
  const cut = changing.filter(({ from }) => from === 'ipvs')
  const open = changing.filter(({ bridged }) => bridged === false)
  return [
    'a temporary table serves Services while the mode of a node changes; connections that there are go on',
    ...(cut.length === 0 ? [] : [`connections that IPVS carries are cut on ${namesOf(cut)}`]),
    ...(open.length === 0 ? [] : [`there is no nft for that table on ${namesOf(open)}: ${gapText(open)}`]),
  ].join('; ')
}

const mostNamed = 3

function namesOf(nodes: readonly NodeModeCheck[]): string {
  const more = nodes.length - mostNamed
  const named = nodes.slice(0, mostNamed).map(({ node }) => node)
  return `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** As long as on the slowest of those that tell. */
function gapText(nodes: readonly NodeModeCheck[]): string {
  const known = nodes.flatMap(({ gapSeconds }) => gapSeconds ?? [])
  const about = known.length < nodes.length ? 'at least' : 'about'
  const time = known.length === 0 ? 'some seconds' : `${about} ${Math.max(...known)} s`
  return `new connections through ${nodes.length === 1 ? 'it' : 'each'} fail for ${time}`
}

/** What was not seen may speak against it: the first of these nodes will show. */
function unseen({ mode, nodes }: ModeCheck): PlanLine[] {
  const open = nodes.flatMap(({ node, verdict }) => (verdict === 'unknown' ? [node] : []))
  if (open.length === 0) return []
  const text = `too little was seen of ${open.join(', ')} to say whether the mode works there: kpx mode check ${mode} says what`
  return [{ name: 'Unknown', text }]
}

/** What speaks against it is still told. */
const overridden = (finding: Finding): Finding =>
  finding.level === 'error' ? { ...finding, level: 'warning' } : finding

/** The subject's text with the mode. */
export const textWith = ({ object: { kind }, text: before }: Subject, mode: string): string =>
  kind === 'DaemonSet' ? withFlag(before, mode) : setField(before, 'mode', mode)

const flag = 'proxy-mode'

/** In the container that has the flag, else in that which starts kube-proxy. */
function withFlag(yaml: string, mode: string): string {
  const set = object(jsonOfYaml(yaml))
  const spec = object(set['spec'])
  const template = object(spec['template'])
  const pod = object(template['spec'])
  const containers = list(pod['containers']).map((one) => containerWith(object(one), mode))
  return yamlOfJson({ ...set, spec: { ...spec, template: { ...template, spec: { ...pod, containers } } } })
}

function containerWith(container: Json, mode: string): Json {
  const command = list(container['command']).map(text)
  const args = list(container['args']).map(text)
  const line = commandLineOf([...command, ...args])
  if (!line) return container
  const own = line.flags.findLast(({ name }) => name === flag)
  if (own && own.word === undefined) {
    throw new KpxError('KPX2103', `--${flag} is within a shell's script`, { fix: 'kpx edit daemonset --force' })
  }
  const at = own?.word
  const isInArgs = at === undefined ? args.length > 0 : at >= command.length
  if (!isInArgs) return { ...container, command: withMode(command, at, mode) }
  return { ...container, args: withMode(args, at === undefined ? undefined : at - command.length, mode) }
}

/** `at`: where `--proxy-mode=ipvs` is, or `--proxy-mode` before its value. */
function withMode(words: readonly string[], at: number | undefined, mode: string): string[] {
  if (at === undefined) return [...words, `--${flag}=${mode}`]
  const isOneWord = words[at]?.includes('=') === true
  return words.with(isOneWord ? at : at + 1, isOneWord ? `--${flag}=${mode}` : mode)
}
