/** A change: what it would do, before it is made, and what has become of it. */
import type { Finding } from '../answer/finding.ts'
import type { Change, NodeRollout, Rollout } from '../rollout/change.ts'
import type { Plan } from '../rollout/write.ts'
import { diffView } from './diff.ts'
import { findingsView } from './finding.ts'
import { placedFindingView } from './finding-list.ts'
import { insteadView } from './instead.ts'
import { fields, paragraph } from './prose.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'

/** What the person is shown who is asked. */
export const planView = ({ about, consequence, diff, findings }: Plan, options: ViewOptions): string =>
  [
    diffView(diff, options),
    toldView(findings, options),
    '\n',
    paragraph(`${consequence}.`, options),
    fields(about, options),
  ].join('')

/** `isShown`: the diff was shown before. */
export function changeView(change: Change, isShown: boolean, options: ViewOptions): string {
  const { changed, diff, dryRun, findings, instead, rollout, theirs } = change
  const { bad, good, warn } = options.style
  const isRefused = !changed && findings.some(({ level }) => level === 'error')
  const failed = rollout !== null && rollout.state !== 'done'
  const sides = theirs === null ? diffView(diff, options) : bothSides(diff, theirs, options)
  return [
    isShown && theirs === null ? '' : sides,
    isShown && !isRefused
      ? ''
      : toldView(
          findings.filter(({ code }) => !isOutcome(code)),
          options,
        ),
    diff === '' && (isShown || findings.length === 0) ? '' : '\n',
    paragraph(
      verdict(change),
      options,
      '',
      isRefused || failed ? bad : dryRun !== null || isNotInForce(change) ? warn : good,
    ),
    instead === null ? '' : insteadView(instead, options),
    rollout === null ? '' : unconfirmedView(rollout.nodes, options),
    findingsView(
      findings.filter(({ code }) => isOutcome(code)),
      options,
    ),
  ].join('')
}

/** What became of the change, which is told at the end. */
const isOutcome = (code: Finding['code']): boolean => code.startsWith('KPX5') || code === 'KPX4005'

const isNotInForce = ({ findings }: Change): boolean => findings.some(({ code }) => code === 'KPX5002')

function verdict(change: Change): string {
  const { changed, diff, dryRun, findings, object, rollout, theirs } = change
  if (theirs !== null) return `${object} was not changed: somebody else changed it meanwhile`
  if (!changed && findings.some(({ level }) => level === 'error')) return `${object} was not changed`
  if (dryRun !== null)
    return `${object} would be changed; ${dryRun === 'server' ? 'the API server takes it' : 'the API server was not asked'}`
  if (!changed) return `${object} is as wanted: nothing to change; kpx status says whether it is in force`
  const what = diff === '' ? `${object} is as wanted` : `${object} is changed`
  if (rollout === null) return isNotInForce(change) ? `${what}, and not in force yet` : what
  return rollout.state === 'undone' ? takenBack(object, rollout) : `${what}, ${outcomeOf(rollout)}`
}

function takenBack(object: string, { nodes: all }: Rollout): string {
  const undone = all.filter(({ state }) => state === 'undone').length
  return `${object} is as it was before the change${undone === 0 ? '' : `, and so is kube-proxy on ${nodes(undone)}`}`
}

function outcomeOf({ nodes: all, state }: Rollout): string {
  const has = (own: NodeRollout['state']): number => all.filter((one) => one.state === own).length
  if (state === 'done') return `and in force on ${nodes(all.length)}`
  if (state === 'undone')
    return has('undone') === 0 ? 'as it was before' : `as it was before on ${nodes(has('undone'))}`
  const how = state === 'paused' ? 'and the rollout is stopped' : 'but not in force on every node'
  return `${how}: ${has('done')} of ${nodes(all.length)} have it`
}

const nodes = (count: number): string => `${count} node${count === 1 ? '' : 's'}`

const bothSides = (yours: string, theirs: string, options: ViewOptions): string =>
  [
    paragraph('What somebody else has made of it:', options, '', options.style.bold),
    diffView(theirs, options),
    '\n',
    paragraph('What you wanted:', options, '', options.style.bold),
    diffView(yours, options),
  ].join('')

/** Those with a place in the text first, as `config validate` tells them. */
function toldView(findings: readonly Finding[], options: ViewOptions): string {
  const isPlaced = ({ evidence }: Finding): boolean => evidence.some((one) => 'column' in one)
  const placed = findings.filter(isPlaced).map((finding) => `\n${placedFindingView(finding, options)}`)
  const others = findings.filter((finding) => !isPlaced(finding))
  return [...placed, findingsView(others, options)].join('')
}

/** Those that the findings are not about: their pods are ready, and did not say what they run with. */
function unconfirmedView(all: readonly NodeRollout[], options: ViewOptions): string {
  const rows = all.filter(({ confirmed, state }) => state === 'done' && confirmed !== true)
  if (rows.length === 0) return ''
  const columns = [{ header: 'not confirmed' }, { header: 'why', below: true }]
  return `\n${table(
    columns,
    rows.map(({ node, why }) => [node, why ?? '']),
    options,
  )}`
}
