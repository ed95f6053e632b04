/** `kpx preflight --list`: everything that is looked for, what has to be seen for it, and when it is asked. */
import { offlineDocumentOf } from '../answer/document.ts'
import type { OfflineDocument } from '../answer/document.ts'
import { entryOf } from '../codes.ts'
import type { Code } from '../codes.ts'
import { groups } from './check.ts'
import type { Check, Group, Question } from './check.ts'
import { checks } from './index.ts'

interface ListedCheck {
  readonly code: Code
  readonly title: string
  readonly needs: Group
  /** `always`, or the flags with which it is. */
  readonly when: string
}

export type CheckList = OfflineDocument<'CheckList'> & { readonly items: readonly ListedCheck[] }

export function checkList(): CheckList {
  const all = checks.flatMap((check) =>
    check.codes.map((code) => ({ code, title: entryOf(code).title, needs: check.needs, when: whenOf(check) })),
  )
  // what one check always looks for needs no other line
  const items = all.filter(
    (one) => one.when === 'always' || !all.some(({ code, when }) => code === one.code && when === 'always'),
  )
  const byNeed = items
    .toSorted((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0))
    .toSorted((a, b) => groups.indexOf(a.needs) - groups.indexOf(b.needs))
  return { ...offlineDocumentOf('CheckList', undefined), items: byNeed }
}

const question = (asked: Partial<Question>): Question => ({
  mode: undefined,
  kubernetes: undefined,
  isWhole: true,
  ...asked,
})

/** All but userspace, which there is no more. */
const everyMode = 3

/** Asked of the check itself, by every question that there is. */
function whenOf({ applies }: Check): string {
  if (applies(question({}))) return 'always'
  const modes = (['iptables', 'ipvs', 'nftables', 'userspace'] as const).filter((mode) => applies(question({ mode })))
  // any minor will do
  const withRelease = applies(question({ kubernetes: 0 })) ? ['--kubernetes'] : []
  const withMode = modes.length >= everyMode ? ['--mode'] : modes.length === 0 ? [] : [`--mode ${modes.join('|')}`]
  return [...withMode, ...withRelease].join(', ')
}
