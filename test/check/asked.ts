/** Recordings, changed in memory, of which a mode is asked. */
import { expect } from 'chai'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Finding } from '../../src/answer/finding.ts'
import type { Capture, Reached } from '../../src/capture/capture.ts'
import { checkMode } from '../../src/check/mode-check.ts'
import type { ModeCheck } from '../../src/check/mode-check.ts'
import type { Mode } from '../../src/modes.ts'
import { brokenCapture } from '../broken-capture.ts'
import type { Edit, Edits } from '../broken-capture.ts'

export interface Asked {
  readonly recording: string
  readonly mode: Mode['name']
  readonly edits?: Edits
  /** How kpx got at the nodes. */
  readonly way?: Reached['way']
}

export async function asked({ edits = {}, mode, recording, way }: Asked): Promise<ModeCheck> {
  const capture: Capture = await brokenCapture(recording, edits)
  const reached = way && (() => ({ way, through: 'kube-system/kube-proxy' }))
  return checkMode(sceneOf({ ...capture, ...(reached && { reached }) }), mode)
}

/** `KPX4101 node1`, `KPX4108 null`. */
export const codesOf = ({ findings }: ModeCheck): string[] => findings.map(({ code, node }) => `${code} ${node}`)

export function found({ findings }: ModeCheck, code: string): Finding {
  const one = findings.find((finding) => finding.code === code)
  expect(one, code).to.not.equal(undefined)
  return one as Finding
}

/** What is edited of objects. */
interface Item {
  readonly metadata: Record<string, unknown> & { readonly name: string }
  readonly spec: Record<string, unknown>
  readonly status: Record<string, unknown>
  readonly data: Record<string, string>
}

/** An edit of every item of a list, or of those that are meant. */
export const items =
  (change: (item: Item) => void, isOwn: (item: Item) => boolean = () => true): Edit =>
  (text) => {
    const list = JSON.parse(text) as { readonly items: readonly Item[] }
    const own = list.items.filter(isOwn)
    expect(own).to.not.deep.equal([])
    own.forEach(change)
    return JSON.stringify(list)
  }

/** An item more. */
export const withItem =
  (item: object): Edit =>
  (text) => {
    const list = JSON.parse(text) as { readonly items: readonly object[] }
    return JSON.stringify({ items: [...list.items, item] })
  }

export const named =
  (name: string) =>
  ({ metadata }: Item): boolean =>
    metadata.name === name

/** An edit of kube-proxy's configuration: a line more. */
export const configuredWith = (yaml: string): Edit =>
  items(({ data }) => {
    data['config.conf'] = `${data['config.conf']}\n${yaml}\n`
  })

/** A DaemonSet beside kube-proxy. */
export const daemonSet = (name: string, container: object): Edit =>
  withItem({
    metadata: { name, namespace: 'kube-system' },
    spec: { template: { metadata: {}, spec: { containers: [container] } } },
    status: { desiredNumberScheduled: 2 },
  })

export const nodeInfo = (info: object): Edit => items(({ status }) => Object.assign(status['nodeInfo'] as object, info))
