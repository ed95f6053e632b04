/** The values against the rules of the field table, as one release's kube-proxy checks them when it starts. */
import type { FileValue } from './decode.ts'
import type { Field, Refusal, Rule } from './field.ts'
import { gateRefusals } from './gates.ts'
import type { Problem } from './problem.ts'
import type { Settings } from './settings.ts'
import { fieldsOf, isIn } from './spans.ts'
import type { Node } from './node.ts'

type Places = ReadonlyMap<string, FileValue>

/** The values' own places come from `places`: what is not there has none. */
export function validate(settings: Settings, places: Places): Problem[] {
  const gates = gateRefusals(settings.gates, settings.minor).map(({ detail, name }): Problem => {
    const node = places.get('featureGates')?.node
    const entry = node?.kind === 'mapping' ? node.entries.findLast((one) => one.name === name) : undefined
    return {
      code: 'KPX2006',
      message: detail,
      field: `featureGates.${name}`,
      ...placeOf(entry?.key ?? node),
      refused: { stage: 'gates', says: detail },
    }
  })
  return [...gates, ...fieldsOf(settings.minor).flatMap((field) => refusalsOf(field, settings, places))]
}

function refusalsOf(field: Field, settings: Settings, places: Places): Problem[] {
  const value = settings.get(field.path)?.value
  if (value === undefined) return []
  return (field.rules ?? [])
    .filter((rule) => isIn(rule, settings.minor) && (rule.backends?.includes(settings.backend) ?? true))
    .flatMap((rule) => rule.refusals(value, settings).map((refusal) => problemOf(field, rule, refusal, places)))
}

function problemOf(field: Field, { atStart, must, upstream }: Rule, refusal: Refusal, places: Places): Problem {
  const { detail, item, kind = 'Invalid value', must: exactly = must, note } = refusal
  const index = item === undefined ? '' : `[${item}]`
  const path = field.path + (field.type === 'strings' || field.type === 'vmodule' ? index : '')
  const root = upstream.startsWith('logging') ? '' : 'KubeProxyConfiguration.'
  return {
    code: 'KPX2005',
    message: `${path} ${written(field, item, places)}must be ${exactly}${note === undefined ? '' : ` (${note})`}`,
    field: path,
    ...placeOf(nodeOf(field, item, places)),
    fix: `see what is allowed: kpx explain field ${field.path}`,
    refused: {
      stage: atStart ? 'start' : root === '' ? 'logging' : 'validate',
      says: atStart ? `${upstream}: ${detail}` : `${root}${upstream}${index}: ${kind}: ${detail}`,
    },
  }
}

/** `is 99 and `, where the file says so. */
function written(field: Field, item: number | undefined, places: Places): string {
  const node = places.has(field.path) ? nodeOf(field, item, places) : undefined
  if (node?.kind !== 'scalar') return ''
  const { scalar } = node
  if (scalar.type === 'string') return `is ${JSON.stringify(scalar.value)} and `
  return scalar.type === 'number' ? `is ${scalar.literal} and ` : ''
}

/** The value or its item; what is not written stands where it is made necessary. */
function nodeOf(field: Field, item: number | undefined, places: Places): Node | undefined {
  const node = places.get(field.path)?.node ?? places.get(field.needs?.field ?? '')?.node
  return node?.kind === 'sequence' && item !== undefined ? (node.items[item] ?? node) : node
}

const placeOf = (
  place: { readonly start: number; readonly end: number } | undefined,
): Pick<Problem, 'end' | 'start'> => (place ? { start: place.start, end: place.end } : {})
