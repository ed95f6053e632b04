/** Recordings whose nodes are broken in memory: files changed, added or taken away, and packets through what is left. */
import { expect } from 'chai'
import type { Outcome } from '../src/answer/outcome.ts'
import { sceneOf } from '../src/answer/scene.ts'
import type { Scene } from '../src/answer/scene.ts'
import { traceItems } from '../src/answer/trace.ts'
import type { Capture } from '../src/capture/capture.ts'
import { parseJsonList } from '../src/capture/json-list.ts'
import { readCapture } from '../src/capture/read.ts'
import { captures } from './kpx.ts'

/** A file's new content; `text` is empty where there was no file, undefined takes it away. */
export type Edit = (text: string) => Buffer | string | undefined

/** `nodes/node1/iptables-save.txt` -> what becomes of it. */
export type Edits = Readonly<Record<string, Edit>>

export const gone: Edit = () => undefined

/** An edit that finds nothing to change tests nothing. */
export function replaced(text: string, from: RegExp | string, to: string): string {
  const changed = text.replace(from, to)
  expect(changed, `${from} is not in the recording`).to.not.equal(text)
  return changed
}

/** The lines that do not match. */
export function without(text: string, line: RegExp): string {
  return replaced(
    text,
    /[^]*/,
    text
      .split('\n')
      .filter((one) => !line.test(one))
      .join('\n'),
  )
}

type TextEdit = (text: string) => string

/** The first line that matches becomes those that are made of it. */
export const line =
  (pattern: RegExp, to: (line: string) => readonly string[]): TextEdit =>
  (text) => {
    const all = text.split('\n')
    const at = all.findIndex((one) => pattern.test(one))
    expect(at, `${pattern} is not there`).to.be.at.least(0)
    return [...all.slice(0, at), ...to(all[at] ?? ''), ...all.slice(at + 1)].join('\n')
  }

export const deleted = (pattern: RegExp): TextEdit => line(pattern, () => [])

/** Without every line that matches. */
export const every =
  (pattern: RegExp): TextEdit =>
  (text) =>
    without(text, pattern)

const scenes = new Map<string, Promise<Scene>>()

function wholeScene(recording: string): Promise<Scene> {
  const known = scenes.get(recording) ?? readCapture(`${captures}/${recording}`).then(sceneOf)
  scenes.set(recording, known)
  return known
}

export async function brokenCapture(recording: string, edits: Edits): Promise<Capture> {
  const whole = (await wholeScene(recording)).capture
  const file = (node: string, name: string): Buffer | undefined => {
    const edit = edits[`nodes/${node}/${name}`]
    const bytes = whole.file(node, name)
    if (!edit) return bytes
    const edited = edit(bytes?.toString('utf8') ?? '')
    return typeof edited === 'string' ? Buffer.from(edited) : edited
  }
  const added = (node: string) => Object.keys(edits).flatMap((path) => path.split(`nodes/${node}/`)[1] ?? [])
  return {
    ...whole,
    file,
    files: (node) =>
      [...new Set([...whole.files(node), ...added(node)])].filter((name) => file(node, name) !== undefined).sort(),
    list: (name) => {
      const file = `objects/${name}.json`
      const edit = edits[file]
      if (!edit) return whole.list(name)
      const edited = edit(JSON.stringify({ items: [...(whole.list(name) ?? [])] }))
      return edited && parseJsonList(Buffer.from(edited), file)
    },
  }
}

export type Ask = (from: string, to: string) => readonly Outcome[]

/** The outcomes of packets in a broken recording. `client` sends from the client pod of the first node. */
export async function broken(recording: string, edits: Edits): Promise<Ask> {
  const whole = await wholeScene(recording)
  const scene = sceneOf(await brokenCapture(recording, edits))
  return (from, to) => {
    const [item] = traceItems(senderOf(from, whole), to, { namespace: 'shop', nodes: [] }, scene)
    const outcomes = item?.outcomes ?? []
    expect(outcomes.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-6)
    return outcomes
  }
}

function senderOf(from: string, { capture, cluster }: Scene): string {
  const [, node = capture.nodes[0]] = /^client(?:@(.*))?$/.exec(from) ?? []
  const pod = cluster.pods.find((one) => one.name.startsWith('client-') && one.node === node)
  return from.startsWith('client') ? `pod/shop/${pod?.name}` : from
}

/** `0.333 deliver 10.244.0.2:8080`, `1.000 drop`, sorted. */
export const brief = (outcomes: readonly Outcome[]): string[] =>
  outcomes
    .map(({ endpoint, share, verdict }) =>
      [share.toFixed(3), verdict, ...(endpoint ? [`${endpoint.ip}:${endpoint.port}`] : [])].join(' '),
    )
    .sort()

/** The rules that decided, in the order of the outcomes. */
export const lines = (outcomes: readonly Outcome[]): string[] =>
  outcomes.flatMap(({ evidence }) => evidence.map(({ text }) => text))
