/**
 * -m statistic: chance, or every n-th packet; over many connections both are a share (net/netfilter/xt_statistic.c). What a packet meets
 * at a second counter depends on the first one.
 */
import { valueOf } from '../../ruleset/iptables.ts'
import { countedTwice } from '../program.ts'
import type { MatchExtension } from './extension.ts'

/** The kernel keeps a probability as a 31-bit fraction: what is printed for 1/k is k again by rounding. */
export function exactProbability(printed: number): number {
  const k = Math.round(1 / printed)
  return Math.abs(1 / k - printed) <= 2 ** -31 ? 1 / k : printed
}

export const statistic: MatchExtension = {
  names: ['statistic'],
  option({ name }, among) {
    if (name === '--mode' || name === '--packet') return true
    if (name === '--probability') return chanceOf(Number(valueOf(among, '--probability')))
    if (name === '--every') {
      const chance = chanceOf(1 / Number(valueOf(among, '--every')))
      return typeof chance === 'object' ? (flow) => countedTwice(flow) ?? chance : chance
    }
    return undefined
  },
}

function chanceOf(printed: number): boolean | { chance: number } | undefined {
  if (!(printed >= 0 && printed <= 1)) return undefined
  const chance = printed === 0 ? 0 : exactProbability(printed)
  if (chance === 0 || chance === 1) return chance === 1
  return { chance }
}
