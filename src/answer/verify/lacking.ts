/** What kube-proxy's rules are made of and the node lacks, by what iptables, nft, ipset and IPVS told kube-proxy, which logs it. */
import { loggedEntries, timeOf } from '../../decode/klog.ts'
import type { LoggedEntry } from '../../decode/klog.ts'
import { sourceFile } from '../../decode/source.ts'
import type { SourceFile } from '../../decode/source.ts'
import { finding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { missingModules, nftablesModules } from '../modules.ts'
import type { Evidence } from '../outcome.ts'
import type { Scene } from '../scene.ts'
import type { SeenNode } from '../status/node.ts'

interface Lack {
  /** `the kernel has no table nat of iptables`. */
  readonly what: string
  readonly evidence: Evidence
}

/** Undefined where it lacks nothing, or nothing tells; `isInTrouble`: kube-proxy's state has told that something is wrong. */
export function lackOf(seen: SeenNode, isInTrouble: boolean, scene: Scene): Finding | undefined {
  const { files, pod, status } = seen
  const logged = lacksIn(files.log, seen, scene.capture.takenAt)
  const lacks = logged.length === 0 && isInTrouble ? lacksByModprobe(seen, scene) : logged
  if (lacks.length === 0) return undefined
  const distinct = new Map(lacks.map((lack) => [lack.what, lack.evidence]))
  return finding('KPX3021', {
    node: status.node,
    object: pod ? `Pod ${pod.namespace}/${pod.pod}` : null,
    message: [...distinct.keys()].join(', '),
    evidence: [...distinct.values()],
  })
}

/** What fails is tried again within 30 s (RetryAfter() of pkg/proxy/iptables, nftables and ipvs); a container that has ended says why it has. */
const retried = 90_000

function lacksIn(log: SourceFile | undefined, { pod, status }: SeenNode, takenAt: string | undefined): Lack[] {
  if (!log || takenAt === undefined) return []
  const taken = new Date(takenAt)
  const isOfNow = (entry: LoggedEntry): boolean => {
    const at = timeOf(entry, taken)
    return pod?.waiting !== undefined || (at !== undefined && Math.abs(taken.getTime() - at) <= retried)
  }
  return loggedEntries(log)
    .filter(isOfNow)
    .flatMap(({ line, lines }) =>
      lines.flatMap((text, i) => {
        const what = lackingBy(text) ?? lackingExpression(lines.slice(i))
        return what === undefined
          ? []
          : [{ what, evidence: { node: status.node, file: log.name, line: line + i, text } }]
      }),
    )
}

/** As the programs say it, and what it means. */
const said: readonly (readonly [RegExp, (...names: string[]) => string])[] = [
  // iptables 1.8.9 (libxtables/xtables.c): its own file for the match or target, and that of the kernel
  [/Couldn't load (match|target) [`'](\w+)'/, (kind, name) => `kube-proxy's iptables has no ${kind} ${name}`],
  [/Extension (\w+) revision \d+ not supported, missing kernel/, (name) => `the kernel has no ${name} of iptables`],
  // iptables-legacy, and what it said before 1.8
  [
    /(?:unable to|can't) initialize (?:ip6?tables )?table [`'](\w+)'/,
    (name) => `the kernel has no table ${name} of iptables`,
  ],
  // pkg/proxy/ipvs/ipset: what ipset says of it is not logged
  [
    /error creating ipset ([\w-]+), error/,
    (name) => `ipset cannot make ${name}, whose type may be no part of the kernel`,
  ],
  // pkg/proxy/ipvs, until 1.25 and since
  [/required kernel modules are not loaded: \[?([\w ]+)/, (names) => `the kernel has not loaded ${names.trim()}`],
  [/can't use the IPVS proxier: ipvs not supported/i, () => 'the kernel has no IPVS'],
]

function lackingBy(text: string): string | undefined {
  for (const [pattern, what] of said) {
    const found = pattern.exec(text)
    if (found) return what(...found.slice(1))
  }
  return undefined
}

/** nft prints the rule, and below it marks what the kernel does not know; the same is said of chains and sets that are not there. */
function lackingExpression([first = '', rule = '', marks = '']: readonly string[]): string | undefined {
  if (!first.includes('Could not process rule: No such file or directory')) return undefined
  const marked = /^\s*add rule /.test(rule) ? rule.slice(marks.indexOf('^')) : ''
  const [name] = expression.exec(marked) ?? []
  return name === undefined ? undefined : `the kernel has no ${name} of nft`
}

/** Those of modules, in kube-proxy's rules (pkg/proxy/nftables, 1.29 to 1.37). */
const expression = /^(?:ct|dnat|fib|masquerade|numgen|reject)\b/

function lacksByModprobe({ status: { node, running } }: SeenNode, { capture }: Scene): Lack[] {
  if (running !== 'nftables') return []
  const file = (name: string): SourceFile | undefined => {
    const bytes = capture.file(node, name)
    return bytes && sourceFile(name, bytes)
  }
  const missing = missingModules(nftablesModules, { name: node, file }) ?? new Map<string, Evidence>()
  return [...missing].map(([name, evidence]) => ({ what: `modprobe finds no ${name}`, evidence }))
}
