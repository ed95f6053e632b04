/** A change of the mode as a file, to be agreed to by others and made later: it is made as it was planned, or not at all. */
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import type { ModeCheck } from '../check/mode-check.ts'
import { nameOf } from '../cluster/applied.ts'
import { object, text, texts } from '../cluster/json.ts'
import { KpxError } from '../error.ts'
import type { Subject } from './subject.ts'
import { textWith } from './mode.ts'

export interface PlanFiles {
  /** Where the plan is to be written. */
  readonly plan: string | undefined
  /** Where the plan is that is to be made. */
  readonly apply: string | undefined
}

export interface ModePlan {
  readonly apiVersion: 'kpx/v1'
  readonly kind: 'ModePlan'
  readonly mode: string
  /** `ConfigMap kube-system/kube-proxy`. */
  readonly object: string
  readonly text: { readonly before: string; readonly after: string }
  readonly nodes: readonly string[]
}

const nodesOf = ({ nodes }: ModeCheck): string[] => nodes.map(({ node }) => node).sort()

export const planOf = (subject: Subject, check: ModeCheck): ModePlan => ({
  apiVersion: 'kpx/v1',
  kind: 'ModePlan',
  mode: check.mode,
  object: nameOf(subject.object),
  text: { before: subject.text, after: textWith(subject, check.mode) },
  nodes: nodesOf(check),
})

/** Whole, or not at all. Throws KPX1010. */
export async function writePlan(file: string, plan: ModePlan): Promise<void> {
  const unfinished = `${file}.${process.pid}`
  try {
    await writeFile(unfinished, `${JSON.stringify(plan, null, 2)}\n`, { flag: 'wx' })
    await rename(unfinished, file)
  } catch (error) {
    throw new KpxError('KPX1010', `the plan cannot be written: ${String(error)}`, { cause: error })
  }
}

/** Throws KPX1001 for a file that is no plan, or cannot be read. */
export function readPlan(file: string): ModePlan {
  try {
    const plan = object(JSON.parse(readFileSync(file, 'utf8')))
    const { after, before } = object(plan['text'])
    if (plan['kind'] === 'ModePlan') {
      const [mode, name] = [text(plan['mode']), text(plan['object'])]
      const sides = { before: text(before), after: text(after) }
      return { apiVersion: 'kpx/v1', kind: 'ModePlan', mode, object: name, text: sides, nodes: texts(plan['nodes']) }
    }
  } catch (error) {
    throw new KpxError('KPX1001', `${file} cannot be read as a plan: ${String(error)}`, { fix: planFix, cause: error })
  }
  throw new KpxError('KPX1001', `${file} is no plan of a change of the mode`, { fix: planFix })
}

const planFix = 'make one: kpx mode set MODE --plan FILE'

/** Throws KPX2104 where the cluster is not what it was when the plan was made. */
export function refuseMoved(subject: Subject, check: ModeCheck, plan: ModePlan): void {
  const now = planOf(subject, check)
  const what =
    now.object !== plan.object || now.text.before !== plan.text.before
      ? `${now.object} was changed`
      : now.text.after !== plan.text.after
        ? 'the change would be another one'
        : now.nodes.join() !== [...plan.nodes].sort().join()
          ? `the nodes are others: ${now.nodes.join(', ')}`
          : undefined
  if (what === undefined) return
  throw new KpxError('KPX2104', `the plan was made for another state: ${what}`, {
    fix: 'make a new plan, and look at it: kpx mode set MODE --plan FILE',
    exit: 1,
  })
}
