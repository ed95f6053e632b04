/** Compares what trace says with what packets really did (truth.json of a recording). */
import { readFileSync } from 'node:fs'
import { readCapture } from '../../src/capture/read.ts'
import type { Evidence, Outcome } from '../../src/answer/outcome.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Scene } from '../../src/answer/scene.ts'
import { traceItems } from '../../src/answer/trace.ts'

/** `tcp 10.96.1.2:80` -> `POD ADDRESS` | REFUSED | TIMEOUT | UNREACHABLE -> times. */
type Flows = Readonly<Record<string, Readonly<Record<string, number>>>>

interface Truth {
  readonly sources: Readonly<Record<string, Flows>>
  readonly podIPs: Readonly<Record<string, readonly string[]>>
}

/** The address of the machine that played the outsider. */
const outsider = '10.200.0.1'
/** A share so small that none of the connections would have shown it. */
const unlikely = 1e-4

const truthOf = (path: string): Truth => JSON.parse(readFileSync(`${path}/truth.json`, 'utf8')) as Truth

/** The packets that were really sent. */
export function questionsOf(path: string, scene: Scene): { source: string; flow: string }[] {
  const truth = truthOf(path)
  return Object.entries(truth.sources).flatMap(([label, answers]) => {
    const source = sourceNamed(label, truth, scene)
    return Object.keys(answers).map((flow) => ({ source, flow }))
  })
}

export async function disagreements(path: string): Promise<{ flows: number; wrong: string[] }> {
  const truth = truthOf(path)
  const scene = sceneOf(await readCapture(path))
  const wrong: string[] = []
  let flows = 0
  for (const [label, answers] of Object.entries(truth.sources)) {
    const source = sourceNamed(label, truth, scene)
    for (const [flow, seen] of Object.entries(answers)) {
      flows++
      const outcomes = outcomesOf(source, flow, scene)
      wrong.push(
        ...[...compare(seen, outcomes, flow, scene)].map(
          (why) => `${label} -> ${flow}: ${why}; truth ${JSON.stringify(seen)}; kpx ${summary(outcomes)}`,
        ),
      )
    }
  }
  return { flows, wrong }
}

function sourceNamed(label: string, { podIPs }: Truth, { cluster }: Scene): string {
  const [, what = '', pod = '', node = ''] =
    /^(pod|host|outside)(?: (?!on )(?:via )?(\S+))?(?: on (\S+))?$/.exec(label) ?? []
  if (what === 'host') return `node/${pod}`
  if (what === 'outside') return `outside/${pod}/${outsider}`
  if (pod !== '') return `pod/shop/${pod}`
  const ips = new Set(Object.entries(podIPs).flatMap(([name, [ip = '']]) => (name.startsWith('client-') ? [ip] : [])))
  const client = cluster.pods.find((one) => one.node === node && one.ips.some((ip) => ips.has(ip)))
  return `pod/shop/${client?.name}`
}

export const outcomesOf = (source: string, flow: string, scene: Scene): readonly Outcome[] => {
  const items = traceItems(source, flow, { namespace: 'default', nodes: [] }, scene)
  return items.flatMap(({ outcomes }) => outcomes)
}

const summary = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map(({ endpoint, evidence, reply, share, sourceSeen, verdict, why }) => {
      const lines = evidence.map(({ file, line }: Evidence) => `${file}:${line}`)
      return `${share.toFixed(3)} ${verdict} ${endpoint?.pod ?? endpoint?.ip ?? ''} ${sourceSeen} ${reply} (${why}) ${lines.join(' ')}`
    })
    .join(' | ')

function* compare(
  seen: Readonly<Record<string, number>>,
  outcomes: readonly Outcome[],
  flow: string,
  { cluster }: Scene,
): Generator<string> {
  const total = Object.values(seen).reduce((sum, times) => sum + times, 0)
  const sticky = cluster.services.some(
    ({ affinitySeconds, clusterIPs }) =>
      affinitySeconds !== undefined && clusterIPs.some((ip) => flow.includes(`${ip}:`)),
  )
  const shares = outcomes.reduce((sum, { share }) => sum + share, 0)
  if (Math.abs(shares - 1) > 1e-6) yield `shares add up to ${shares}`
  for (const answer of Object.keys(seen)) {
    if (!outcomes.some((outcome) => explains(answer, outcome, Object.keys(seen)))) yield `${answer} was not predicted`
  }
  for (const outcome of outcomes) {
    if (outcome.verdict === 'unknown') yield 'unknown'
    const missing = !Object.keys(seen).some((answer) => explains(answer, outcome, Object.keys(seen)))
    if (missing && !sticky && (1 - outcome.share) ** total < unlikely)
      yield `${outcome.verdict} ${outcome.endpoint?.pod} did not happen`
  }
}

/** Whether this outcome is what the client saw. */
function explains(answer: string, outcome: Outcome, answers: readonly string[]): boolean {
  const { endpoint, reply, sourceSeen, verdict } = outcome
  if (answer === 'REFUSED')
    return verdict === 'reject' || verdict === 'local' || (verdict === 'deliver' && endpoint?.pod === null)
  if (answer === 'TIMEOUT' || answer === 'UNREACHABLE') {
    const noise = answers.includes('REFUSED') && answers.length > 1
    return noise || verdict === 'drop' || verdict === 'forward' || (verdict === 'deliver' && reply === 'lost')
  }
  const [pod = '', source = ''] = answer.split(' ')
  if (verdict === 'local' || verdict === 'forward') return false
  if (verdict !== 'deliver' || reply === 'lost' || endpoint?.pod?.split('/')[1] !== pod) return false
  return sourceSeen === source
}
