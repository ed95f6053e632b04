/** -m rpfilter: whether the way back to the source leads through the device that it came in by (net/ipv4/netfilter/ipt_rpfilter.c). */
import type { IptablesOption } from '../../ruleset/iptables.ts'
import type { Flow } from '../flow.ts'
import type { NodeState } from '../node.ts'
import { not } from '../program.ts'
import type { Answer } from '../program.ts'
import { unknown } from './extension.ts'
import type { MatchExtension } from './extension.ts'

const options = new Set(['--accept-local', '--invert', '--loose', '--validmark'])

export const rpfilter: MatchExtension = {
  names: ['rpfilter'],
  option(option, among) {
    if (!options.has(option.name)) return undefined
    // the options say together what is asked
    if (option !== among[0]) return true
    const invert = has(among, '--invert')
    return (flow, node) => {
      const answer = passes(flow, node, among)
      return invert ? not(answer) : answer
    }
  },
  bare: (flow, node) => passes(flow, node, []),
}

const has = (among: readonly IptablesOption[], name: string): boolean => among.some((option) => option.name === name)

function passes(flow: Flow, { routes }: NodeState, among: readonly IptablesOption[]): Answer {
  if (flow.local || flow.inInterface === 'lo') return true
  const route = routes.find(flow.source)
  if (!route) return routes.isRecorded(flow.source) ? false : unknown('the route back to the source is not recorded')
  if (route.type === 'local') return has(among, '--accept-local')
  if (route.type !== 'unicast') return false
  if (has(among, '--loose')) return true
  if (flow.inInterface === undefined || route.device === undefined) return unknown('the device is not recorded')
  return route.device === flow.inInterface
}
