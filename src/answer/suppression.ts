/** Findings that somebody knows and accepts: they stay in the answer with the reason, and make it no worse. */
import type { Code } from '../codes.ts'
import { findCode } from './explain-code.ts'
import { finding } from './finding.ts'
import type { FileEvidence, Finding } from './finding.ts'

export interface Suppression {
  readonly code: Code
  /** As findings name it, or as -o name prints it: `Service shop/web`, `service/shop/web`; undefined for all. */
  readonly object: string | undefined
  readonly node: string | undefined
  /** Undefined where none is given. */
  readonly reason: string | undefined
  /** The last day of it, `2027-01-31`; undefined where it has none. */
  readonly until: string | undefined
  /** Where it is said: `--suppress KPX4125`, `.kpx.yaml:3`. */
  readonly by: string
  /** The line of the file; undefined for one of the command line. */
  readonly place: FileEvidence | undefined
}

/** `KPX4125`, `KPX4125=node1`: the object, the node or the file that it is of. Throws KPX1001 for what is no code. */
export function suppressionFlag(text: string): Suppression {
  const [code = '', ...object] = text.split('=')
  return {
    code: findCode(code).code,
    object: object.length === 0 ? undefined : object.join('='),
    node: undefined,
    reason: `it is said on the command line`,
    until: undefined,
    by: `--suppress ${text}`,
    place: undefined,
  }
}

/** The findings, marked, and what is wrong with the suppressions. `today` is a day of UTC, `2026-12-01`. */
export function suppressed(
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
  today: string,
): readonly Finding[] {
  const valid = suppressions.filter((one) => !isOver(one, today))
  const marked = findings.map((found) => {
    const own = valid.find((one) => isAbout(one, found))
    return own ? { ...found, suppressed: { by: own.by, reason: own.reason ?? 'no reason is given' } } : found
  })
  return [...marked, ...suppressions.flatMap((one) => problemsOf(one, today))]
}

const isOver = ({ until }: Suppression, today: string): boolean => until !== undefined && until < today

function isAbout({ code, node, object }: Suppression, found: Finding): boolean {
  if (code !== found.code || (node !== undefined && node !== found.node)) return false
  if (object === undefined) return true
  const named = [found.object, found.node, found.node === null ? null : `node/${found.node}`, found.evidence[0]?.file]
  return named.some((name) => typeof name === 'string' && plain(name) === plain(object))
}

/** `Service shop/web`, `ConfigMap kube-system/kube-proxy, key config.conf`: as they are typed. */
const plain = (name: string): string =>
  name
    .replace(/, key .*/, '')
    .replace(' ', '/')
    .toLowerCase()

function problemsOf({ by, code, place, reason, until }: Suppression, today: string): Finding[] {
  const evidence = place ? [place] : []
  if (until !== undefined && until < today) {
    return [finding('KPX1027', { message: `${by} suppresses ${code} until ${until}, and today is ${today}`, evidence })]
  }
  return reason === undefined ? [finding('KPX1028', { message: `${by} suppresses ${code}`, evidence })] : []
}
