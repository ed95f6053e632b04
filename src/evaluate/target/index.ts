/** Every target extension that the evaluator knows; sorted. */
import { ct } from './ct.ts'
import { dnat } from './dnat.ts'
import type { TargetExtension } from './extension.ts'
import { harmless } from './harmless.ts'
import { connmark, mark } from './mark.ts'
import { masquerade, snat } from './masquerade.ts'
import { redirect } from './redirect.ts'
import { reject } from './reject.ts'
import { set } from './set.ts'

const extensions: readonly TargetExtension[] = [
  connmark,
  ct,
  dnat,
  harmless,
  mark,
  masquerade,
  redirect,
  reject,
  set,
  snat,
]

/** By the name after `-j`. */
export const targets: ReadonlyMap<string, TargetExtension> = new Map(
  extensions.flatMap((extension) => extension.names.map((name) => [name, extension] as const)),
)
