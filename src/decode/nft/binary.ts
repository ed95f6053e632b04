/** `&`, `|`, `^`, `<<` and `>>` of two expressions. Whatever is nested deeper than this was made to exhaust the stack of its reader. */
import type { NftExpression } from '../../ruleset/nft.ts'
import { NftSyntaxError } from './tokens.ts'

export type BinaryOperator = '&' | '<<' | '>>' | '^' | '|'

/** No type of nft's has more bits with names. */
export const deepest = 64

const depths = new WeakMap<object, number>()

const depthOf = (e: NftExpression): number => (typeof e === 'object' ? (depths.get(e) ?? 0) : 0)

export function makeBinary(operator: BinaryOperator, left: NftExpression, right: NftExpression): NftExpression {
  const depth = 1 + Math.max(depthOf(left), depthOf(right))
  if (depth > deepest) throw new NftSyntaxError('it is nested too deeply')
  const made = makers[operator](left, right)
  depths.set(made, depth)
  return made
}

const makers: Readonly<Record<BinaryOperator, (left: NftExpression, right: NftExpression) => object & NftExpression>> =
  {
    '&': (left, right) => ({ '&': [left, right] }),
    '<<': (left, right) => ({ '<<': [left, right] }),
    '>>': (left, right) => ({ '>>': [left, right] }),
    '^': (left, right) => ({ '^': [left, right] }),
    '|': (left, right) => ({ '|': [left, right] }),
  }

/** Flags that are or-ed together, as nested pairs: `fin,syn,rst` is `(fin | syn) | rst`. */
export function orTogether(values: readonly NftExpression[]): NftExpression {
  return values.reduce((left, right) => makeBinary('|', left, right))
}
