/** What the formats for programs have in common. */
import { isOpen } from '../answer/finding-list.ts'
import type { FailOn } from '../answer/finding-list.ts'
import type { FileEvidence, Finding } from '../answer/finding.ts'

/** Who reports, of what, as of when. */
export interface Origin {
  /** `kpx preflight`. */
  readonly command: string
  readonly version: string
  /** `cluster CONTEXT`, `capture NAME`, `machine NAME`, or files. */
  readonly source: string
  /** RFC 3339; undefined for a recording that does not say when it was taken. */
  readonly takenAt: string | undefined
}

export interface About extends Origin {
  readonly failOn: FailOn
  /** Of the rows of a long list, on a page; Infinity for all. */
  readonly limit: number
}

/** Whether the answer is no because of it. */
export const fails = (found: Finding, { failOn }: About): boolean =>
  isOpen(found) &&
  failOn !== 'never' &&
  (found.level === 'error' || (found.level === 'warning' && failOn === 'warning'))

/** `Service shop/web on node1`; empty for what is of the cluster as a whole. */
export const whereOf = ({ node, object }: Finding): string =>
  [object ?? '', node === null ? '' : `on ${node}`].filter((part) => part !== '').join(' ')

/** The line of a file that the user passed; undefined where it is of a cluster. */
export function placeOf({ evidence }: Finding): FileEvidence | undefined {
  const [first] = evidence
  return first && 'column' in first && isPath(first.file) ? first : undefined
}

/** `ConfigMap kube-system/kube-proxy, key config.conf` is none. */
const isPath = (file: string): boolean => !/^[A-Z]\w+ /.test(file) && file !== 'standard input'

/** What there is to say of it, line by line. */
export const linesOf = ({ evidence, fix, message, says, suppressed }: Finding): string[] => [
  message,
  ...(says === undefined ? [] : [`kube-proxy: ${says}`]),
  ...evidence.slice(0, mostLines).map(({ file, line, text }) => `${file}:${line} ${text}`),
  ...(fix === null ? [] : [`fix: ${fix}`]),
  ...(suppressed === null ? [] : [`suppressed by ${suppressed.by}: ${suppressed.reason}`]),
]

const mostLines = 3
