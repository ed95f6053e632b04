/** What a cleanup has removed, or would remove. */
import type { Change } from '../rollout/change.ts'
import { diffView } from './diff.ts'
import { findingsView } from './finding.ts'
import { paragraph } from './prose.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'

/** `isShown`: the diff and the findings were shown before. */
export function cleanupView(change: Change, isShown: boolean, options: ViewOptions): string {
  const { diff, findings, seen } = change
  const told = isShown ? findings.filter(({ code }) => code === 'KPX5021') : findings
  return [
    isShown ? '' : diffView(diff, options),
    diff === '' || isShown ? '' : '\n',
    paragraph(verdict(change), options),
    findingsView(told, options),
    seenView(seen, options),
  ].join('')
}

function verdict({ changed, diff, dryRun, findings, object }: Change): string {
  const isLeft = findings.some(({ code }) => code === 'KPX5021')
  if (changed) return isLeft ? `Not all of it is gone from ${object}` : `${object}: all of it is gone`
  if (diff !== '') return `${object}: ${dryRun === null ? 'nothing' : 'this would be removed; nothing'} was changed`
  const isBlind = findings.some(({ code }) => code === 'KPX5022')
  return `${object}: nothing is left that kpx ${isBlind ? 'could judge' : 'would remove'}`
}
