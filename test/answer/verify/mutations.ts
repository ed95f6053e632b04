/** Random mutations of a node's dumps, whether they change what becomes of packets, and whether kpx verify says so. */
import type { Random } from '../../fuzz/random.ts'
import { frontendsOf } from '../../../src/cluster/frontend.ts'
import { outcomesOn } from '../../../src/answer/frontend-outcomes.ts'
import { sceneOf } from '../../../src/answer/scene.ts'
import type { Scene } from '../../../src/answer/scene.ts'
import { observe } from '../../../src/answer/verify/observe.ts'
import { verificationOf } from '../../../src/answer/verify/verify.ts'
import type { Capture } from '../../../src/capture/capture.ts'

/** A line of a dump that makes something happen, and what may become of it. */
const isRule = (line: string): boolean =>
  /^-A |^\s+\S/.test(line) && !/^\s*(?:chain|comment|flags|map|set|size|timeout|type) /.test(line)

const mutations: readonly ((lines: string[], at: number, random: Random) => void)[] = [
  (lines, at) => void lines.splice(at, 1),
  (lines, at) => void lines.splice(at, 2, lines[at + 1] ?? '', lines[at] ?? ''),
  (lines, at, random) => {
    const numbers = [...(lines[at] ?? '').matchAll(/\d+/g)]
    if (numbers.length === 0) return
    const one = random.pick(numbers)
    lines[at] = `${one.input.slice(0, one.index)}${Number(one[0]) ^ 1}${one.input.slice(one.index + one[0].length)}`
  },
  (lines, at, random) => {
    const targets = lines.flatMap((line) => / -j (KUBE-\S+)/.exec(line)?.[1] ?? [])
    if (targets.length > 0) lines[at] = (lines[at] ?? '').replace(/ -j \S+/, ` -j ${random.pick(targets)}`)
  },
]

export interface Mutation {
  /** The line before it, and those that there are at its place after. */
  readonly what: string
  /** A packet of which something else becomes; undefined where all is as before. */
  readonly changed: string | undefined
  readonly reported: boolean
}

/** Of the file of a node; undefined where nothing of the text is changed. */
export function mutate(capture: Capture, node: string, file: string, random: Random): Mutation | undefined {
  const lines = (capture.file(node, file)?.toString('utf8') ?? '').split('\n')
  const rules = lines.flatMap((line, at) => (isRule(line) ? [at] : []))
  const at = random.pick(rules)
  const mutated = [...lines]
  random.pick(mutations)(mutated, at, random)
  const text = mutated.join('\n')
  if (text === lines.join('\n')) return undefined
  const after = sceneOf({
    ...capture,
    file: (name, wanted) => (name === node && wanted === file ? Buffer.from(text) : capture.file(name, wanted)),
  })
  const before = packetsOf(sceneOf(capture), node)
  const changed = [...packetsOf(after, node)].find(([packet, outcomes]) => before.get(packet) !== outcomes)
  const observation = observe(after.cluster.services, capture.nodes, after)
  return {
    what: `${lines[at]?.trim()} => ${mutated
      .slice(at, at + 2)
      .map((line) => line.trim())
      .join(' | ')}`,
    changed: changed && `${changed[0]}: ${before.get(changed[0])} => ${changed[1]}`,
    reported: verificationOf(observation, 'error').findings.length > 0,
  }
}

/** What becomes of packets from everybody to every frontend. */
function packetsOf(scene: Scene, node: string): Map<string, string> {
  const packets = new Map<string, string>()
  for (const service of scene.cluster.services) {
    for (const port of service.ports) {
      for (const frontend of frontendsOf(service, port)) {
        const met = outcomesOn(node, { service, port, frontend }, ['pod', 'node', 'outside', 'allowed'], scene)
        for (const [kind, outcomes] of Object.entries(met?.from ?? {})) {
          const text = outcomes
            .map(({ endpoint, masquerade, reply, share, verdict, why }) =>
              [
                verdict,
                share.toFixed(4),
                endpoint?.ip,
                endpoint?.port,
                masquerade,
                reply,
                why.includes('stays with'),
              ].join(),
            )
            .sort()
            .join(' ')
          packets.set(
            [service.name, frontend.kind, frontend.ip, frontend.family, frontend.port, port.protocol, kind].join(' '),
            text,
          )
        }
      }
    }
  }
  return packets
}
