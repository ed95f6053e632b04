/** A change of the mode as a document, to be agreed to by others and made later: it is made as it was planned, or not at all. */
import type { ModeCheck } from '../check/mode-check.ts'
import { nameOf } from '../cluster/applied.ts'
import { object, text, texts } from '../cluster/json.ts'
import type { Json } from '../cluster/json.ts'
import { KpxError } from '../error.ts'
import type { Subject } from './subject.ts'
import { textWith } from './mode.ts'

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

/** `name` is as messages call the file. Throws KPX1001 for what is no plan. */
export function planIn(name: string, json: string): ModePlan {
  const plan = objectIn(json)
  if (plan['kind'] !== 'ModePlan') {
    throw new KpxError('KPX1001', `${name} is no plan of a change of the mode`, { fix: planFix })
  }
  const { after, before } = object(plan['text'])
  return {
    apiVersion: 'kpx/v1',
    kind: 'ModePlan',
    mode: text(plan['mode']),
    object: text(plan['object']),
    text: { before: text(before), after: text(after) },
    nodes: texts(plan['nodes']),
  }
}

function objectIn(json: string): Json {
  try {
    return object(JSON.parse(json))
  } catch {
    return {}
  }
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
