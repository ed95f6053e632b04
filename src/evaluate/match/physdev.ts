/** -m physdev: packets that crossed a bridge and were shown to the IP hooks (net/netfilter/xt_physdev.c). Port names are not modelled. */
import { bridgeCallsHooks } from '../bridge.ts'
import type { Flow } from '../flow.ts'
import type { NodeState } from '../node.ts'
import { all } from '../program.ts'
import type { Answer } from '../program.ts'
import { unknown } from './extension.ts'
import type { MatchExtension } from './extension.ts'

export const physdev: MatchExtension = {
  names: ['physdev'],
  option({ name }) {
    if (name === '--physdev-is-in') return cameThroughBridge
    if (name === '--physdev-is-bridged')
      return (flow, node) => all([staysOnBridge(flow), cameThroughBridge(flow, node)])
    return undefined
  },
}

const whether = 'whether the packet came through a bridge is not recorded'

/** br_netfilter's note on the packet is what the match sees. */
function cameThroughBridge(flow: Flow, node: NodeState): Answer {
  if (flow.local || flow.bridged === false) return false
  const shown = bridgeCallsHooks(flow.destination, node)
  if (shown === false) return false
  return flow.bridged && shown ? true : unknown(whether)
}

/** The port that it leaves by is known behind the bridge's decision. */
function staysOnBridge({ hook, inInterface, outInterface }: Flow): Answer {
  if (hook === 'PREROUTING' || hook === 'INPUT') return false
  if (inInterface === undefined || outInterface === undefined) return unknown(whether)
  return inInterface === outInterface
}
