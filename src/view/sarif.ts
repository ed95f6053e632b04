/** Findings as a log of SARIF 2.1.0 (OASIS), which code scanning reads: a rule for each code, a result for each finding. */
import type { FindingList } from '../answer/finding-list.ts'
import type { FileEvidence, Finding } from '../answer/finding.ts'
import { entryOf } from '../codes.ts'
import type { Code } from '../codes.ts'
import { linesOf, placeOf } from './reported.ts'
import type { About } from './reported.ts'
import { sanitise } from './sanitise.ts'

export function sarif({ findings, ok }: FindingList, { command, version }: About): object {
  const codes = [...new Set(findings.map(({ code }) => code))].sort()
  const rules = codes.map(ruleOf)
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'kpx', version, semanticVersion: version, rules } },
        automationDetails: { id: `${command}/` },
        invocations: [{ executionSuccessful: true, properties: { ok } }],
        columnKind: 'utf16CodeUnits',
        results: findings.map((one) => resultOf(one, codes.indexOf(one.code))),
      },
    ],
  }
}

function ruleOf(code: Code): object {
  const { fix, level, title, why } = entryOf(code)
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${why} What to do: ${fix}.` },
    defaultConfiguration: { level: levelOf(level) },
  }
}

const levelOf = (level: Finding['level']): string => (level === 'info' ? 'note' : level)

function resultOf(found: Finding, ruleIndex: number): object {
  const { code, field, level, node, object, suppressed } = found
  return {
    ruleId: code,
    ruleIndex,
    level: levelOf(level),
    message: {
      text: linesOf({ ...found, suppressed: null })
        .map(sanitise)
        .join('\n'),
    },
    locations: [locationOf(found)],
    // the same finding of the next run, wherever its line has gone
    partialFingerprints: { 'kpx/v1': sanitise([code, object ?? '', node ?? '', field ?? ''].join('|')) },
    ...(suppressed !== null && {
      suppressions: [{ kind: 'external', justification: sanitise(`${suppressed.by}: ${suppressed.reason}`) }],
    }),
  }
}

/** A file of the user's has a line. What is in a cluster has a name, in a path's place as well: GitHub refuses a log with less. */
function locationOf(found: Finding): object {
  const place = placeOf(found)
  const names = logicalNames(found)
  return {
    physicalLocation: place ? physical(place) : named(names[0]?.fullyQualifiedName ?? ''),
    ...(names.length > 0 && { logicalLocations: names }),
  }
}

/** `Service shop/web` is `Service/shop/web`. */
const named = (name: string): object => ({
  artifactLocation: { uri: uriOf(name.replace(' ', '/')) },
  region: { startLine: 1 },
})

const physical = ({ column, endColumn, file, line, text }: FileEvidence): object => ({
  artifactLocation: { uri: uriOf(file) },
  region: { startLine: line, startColumn: column, endColumn: endColumn + 1, snippet: { text: sanitise(text) } },
})

/** A path as a relative reference, or as file: (RFC 8089). */
const uriOf = (file: string): string =>
  `${file.startsWith('/') ? 'file://' : ''}${file.split('/').map(encodeURIComponent).join('/')}`

function logicalNames(found: Finding): { readonly fullyQualifiedName: string; readonly kind: string }[] {
  const { node, object } = found
  const names = [
    ...(object === null ? [] : [{ fullyQualifiedName: sanitise(object), kind: 'object' }]),
    ...(node === null ? [] : [{ fullyQualifiedName: `Node ${sanitise(node)}`, kind: 'object' }]),
  ]
  return names.length > 0 || placeOf(found) ? names : [{ fullyQualifiedName: 'cluster', kind: 'object' }]
}
