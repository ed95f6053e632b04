/** What kpx verify finds in recordings that are broken in memory. */
import { sceneOf } from '../../../src/answer/scene.ts'
import { observe } from '../../../src/answer/verify/observe.ts'
import type { Observation } from '../../../src/answer/verify/observe.ts'
import { verificationOf } from '../../../src/answer/verify/verify.ts'
import type { Verification } from '../../../src/answer/verify/verify.ts'
import type { FindingList } from '../../../src/answer/finding-list.ts'
import { brokenCapture, replaced } from '../../broken-capture.ts'
import type { Edit, Edits } from '../../broken-capture.ts'

export async function observed(recording: string, edits: Edits = {}): Promise<Observation> {
  const capture = await brokenCapture(recording, edits)
  const scene = sceneOf(capture)
  return observe(scene.cluster.services, capture.nodes, scene)
}

export const verified = async (recording: string, edits: Edits = {}): Promise<Verification> =>
  verificationOf(await observed(recording, edits), 'error')

/** `KPX3006 node1 shop/dns`. */
export const found = ({ findings }: FindingList): string[] =>
  findings.map(({ affects = [], code, node }) => [code, node, affects.join()].join(' '))

export const swap =
  (from: RegExp | string, to: string): Edit =>
  (text) =>
    replaced(text, from, to)

export const iptables = 'nodes/node1/iptables-save.txt'

/** The Services with endpoints of the recordings. */
export const toEvery =
  'default/kubernetes,shop/cart,shop/cart-itp,shop/cart-local,shop/dns,shop/legacy-db,shop/web,shop/web-lb,shop/web-np,shop/web-sticky'
