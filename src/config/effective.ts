/** What a kube-proxy is told by its file and its flags, which of them wins, and which mode comes of it. */
import { commandLineOf, valueOfFlag } from './command-line.ts'
import { readDocument } from './document.ts'
import { acceptedModes } from './accepted-modes.ts'
import { fieldsOf } from './spans.ts'
import { judge } from './judge.ts'
import { judgeCommand } from './judge-command.ts'
import type { Settings } from './settings.ts'
import { UnreadableText, textOf, valueOf } from './node.ts'
import type { MappingNode } from './node.ts'
import { minorOf } from '../version.ts'
import { newestMinor } from './version.ts'

/** What kube-proxy was started with. */
export interface StartedWith {
  /** The container's command and args, one after the other. */
  readonly command: readonly string[]
  /** The text of the file that --config names; undefined where it was not seen or there is none. */
  readonly config: string | undefined
  /** kube-proxy's own version: `v1.37.1`; undefined where it is not known. */
  readonly version: string | undefined
  readonly os?: 'linux' | 'windows'
}

export interface ModeSetting {
  /** As it is written in the file or the flag; undefined where it is not (an empty text counts as written). */
  readonly configured: string | undefined
  /** What kube-proxy makes of it; undefined where that cannot be told, or where it would not start. */
  readonly effective: string | undefined
  /** What decides; undefined where that is not known. */
  readonly origin: 'default' | 'file' | 'flag' | undefined
  /** A sentence without a full stop: why this is the effective mode, or why there is none. */
  readonly why: string
}

export function modeSetting(started: StartedWith): ModeSetting {
  const line = commandLineOf(started.command)
  if (!line) return unknown("no kube-proxy is in the container's command, so its flags cannot be told")
  const flag = valueOfFlag(line.flags, 'proxy-mode')
  if (line.config === undefined || line.config === '') {
    if (flag === undefined) return implicit(undefined, 'neither --config nor --proxy-mode is given', started)
    return explicit(flag, 'flag', '--proxy-mode says so', started)
  }
  const ignored = flag === undefined ? '' : `; --proxy-mode=${flag} is ignored because of --config`
  if (started.config === undefined) return unknown(`the file ${line.config} was not seen${ignored}`)
  return modeOfFile(started.config, ignored, started)
}

const unknown = (why: string): ModeSetting => ({ configured: undefined, effective: undefined, origin: undefined, why })

function modeOfFile(text: string, ignored: string, started: StartedWith): ModeSetting {
  const root = rootOf(text)
  if (typeof root === 'string') return unknown(`${root}${ignored}`)
  const node = valueOf(root, 'mode')
  if (!node) return implicit(undefined, `the file has no mode${ignored}`, started)
  if (node.kind === 'scalar' && node.scalar.type === 'null')
    return implicit(undefined, `the file's mode is null${ignored}`, started)
  const mode = textOf(node)
  if (mode !== undefined) return explicit(mode, 'file', `the file says so${ignored}`, started)
  const written = text.slice(node.start, node.end)
  return {
    configured: written,
    effective: undefined,
    origin: 'file',
    why: `kube-proxy would not start with it: the file's mode is no text${ignored}`,
  }
}

function rootOf(text: string): MappingNode | string {
  try {
    const { root } = readDocument(text)
    return root?.kind === 'mapping'
      ? root
      : 'kube-proxy would not start with it: the file holds no KubeProxyConfiguration'
  } catch (error) {
    if (error instanceof UnreadableText)
      return `kube-proxy would not start with it: the file cannot be read: ${error.message}`
    throw error
  }
}

function explicit(mode: string, origin: 'file' | 'flag', why: string, started: StartedWith): ModeSetting {
  if (mode === '')
    return implicit('', origin === 'file' ? "the file's mode is empty" : '--proxy-mode is empty', started)
  const minor = started.version === undefined ? undefined : minorOf(started.version)
  const modes = modesOf(minor ?? newestMinor, started.os)
  if (modes.includes(mode)) return { configured: mode, effective: mode, origin, why }
  const release = minor === undefined ? 'kube-proxy' : `kube-proxy 1.${minor}`
  return {
    configured: mode,
    effective: undefined,
    origin,
    why: `${release} would not start with it: the mode must be one of ${modes.join(', ')}`,
  }
}

function implicit(configured: '' | undefined, why: string, { os, version }: StartedWith): ModeSetting {
  const fallback = os === 'windows' ? 'kernelspace' : 'iptables'
  const minor = version === undefined ? undefined : minorOf(version)
  if (minor === undefined) {
    const plan = `${why}, and the version is not known: the default is ${fallback} until 1.39`
    return { configured, effective: os === 'windows' ? fallback : undefined, origin: 'default', why: plan }
  }
  if (minor > newestMinor && os !== 'windows')
    return {
      configured,
      effective: undefined,
      origin: 'default',
      why: `${why}, and what the default is in 1.${minor} is not known here`,
    }
  return { configured, effective: fallback, origin: 'default', why: `${why}, and ${fallback} is the default` }
}

/** The modes that a release takes, as far as no feature gate changes it. */
function modesOf(minor: number, os: 'linux' | 'windows' = 'linux'): string[] {
  if (os === 'linux') return acceptedModes(minor, allowAll)
  return minor <= 25 ? ['kernelspace', 'userspace'] : ['kernelspace']
}

/** A gate of the file may allow a mode: whether it does is for the validation to say. */
const allowAll = new Map([['AllAlpha', true]])

/**
 * Every field with its value and where that comes from: the file or, without --config, the flags; the few flags that win over the
 * file; the defaults. Linux. Undefined where kube-proxy would not get as far, or where the file of --config was not seen.
 */
export function effectiveSettings({ command, config, version }: StartedWith): Settings | undefined {
  const minor = (version === undefined ? undefined : minorOf(version)) ?? newestMinor
  const { settings: ofFlags, values } = judgeCommand(command, minor)
  const settings = ofFlags ?? (config === undefined ? undefined : judge(config, minor).settings)
  if (!settings) return undefined
  for (const field of fieldsOf(minor)) {
    const { onNode, path } = field
    const flag = values.get(path)
    if (flag !== undefined && settings !== ofFlags) settings.set(path, flag, 'flag')
    const setting = settings.get(path)
    if (onNode !== undefined && setting?.origin === 'default') settings.set(path, setting.value, 'node')
  }
  return settings
}
