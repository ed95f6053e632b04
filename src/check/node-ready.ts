/** Nodes that do not answer the API: no pod of theirs starts anew. */
import { finding } from '../answer/finding.ts'
import { always, skipped } from './check.ts'
import type { NodeCheck } from './check.ts'

export const nodeReady: NodeCheck = {
  codes: ['KPX4125'],
  needs: 'cluster',
  applies: always,
  ofNode: ({ node }) => {
    if (node?.ready === undefined) return skipped("the Node's conditions were not recorded")
    return node.ready ? [] : [finding('KPX4125', { message: 'the Node is not Ready' })]
  },
}
