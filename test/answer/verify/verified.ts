/** What kpx verify finds in recordings that are broken in memory. */
import { expect } from 'chai'
import { sceneOf } from '../../../src/answer/scene.ts'
import { observe, verificationOf } from '../../../src/answer/verify/verify.ts'
import type { Observation, Verification } from '../../../src/answer/verify/verify.ts'
import { brokenCapture, replaced, without } from '../../broken-capture.ts'
import type { Edit, Edits } from '../../broken-capture.ts'

export async function observed(recording: string, edits: Edits = {}): Promise<Observation> {
  const capture = await brokenCapture(recording, edits)
  const scene = sceneOf(capture)
  return observe(scene.cluster.services, capture.nodes, scene)
}

export const verified = async (recording: string, edits: Edits = {}): Promise<Verification> =>
  verificationOf(await observed(recording, edits), 'error')

/** `KPX3006 node1 shop/dns`. */
export const found = ({ findings }: Verification): string[] =>
  findings.map(({ affects = [], code, node }) => [code, node, affects.join()].join(' '))

/** The first line that matches becomes those that are made of it. */
export const line =
  (pattern: RegExp, to: (line: string) => readonly string[]): Edit =>
  (text) => {
    const all = text.split('\n')
    const at = all.findIndex((one) => pattern.test(one))
    expect(at, `${pattern} is not in the recording`).to.be.at.least(0)
    return [...all.slice(0, at), ...to(all[at] ?? ''), ...all.slice(at + 1)].join('\n')
  }
export const deleted = (pattern: RegExp): Edit => line(pattern, () => [])
export const every =
  (pattern: RegExp): Edit =>
  (text) =>
    without(text, pattern)
export const swap =
  (from: RegExp | string, to: string): Edit =>
  (text) =>
    replaced(text, from, to)

export const iptables = 'nodes/node1/iptables-save.txt'

/** The Services with endpoints of the recordings. */
export const toEvery =
  'default/kubernetes,shop/cart,shop/cart-itp,shop/cart-local,shop/dns,shop/legacy-db,shop/web,shop/web-lb,shop/web-np,shop/web-sticky'
