/** Two texts as a unified diff: what patch(1) reads. */
import { FILE_HEADERS_ONLY, createTwoFilesPatch } from 'diff'

/** Empty where they are the same. `names` are told in its first lines. */
export function textDiff(before: string, after: string, names: readonly [string, string]): string {
  if (before === after) return ''
  return createTwoFilesPatch(...names, before, after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  })
}
