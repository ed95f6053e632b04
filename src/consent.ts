/** What kpx would make on a cluster is shown on stderr, and made with consent only. */
import type { DebugPod } from './kube/access/debug-pod-manifest.ts'
import { canAsk, confirm } from './view/ask.ts'
import { yaml } from './view/json.ts'
import { guard } from './view/sanitise.ts'

/** `allowed`: by --allow-debug-pods. What it returns resolves to true, or to why not. */
export const debugPodConsent =
  (allowed: boolean) =>
  async (pods: readonly DebugPod[]): Promise<true | string> => {
    if (!allowed && !canAsk(process.stdin, process.stderr)) return 'only with --allow-debug-pods'
    process.stderr.write(guard(await told(pods), false))
    if (allowed) return true
    const nodes = pods.map(({ spec }) => spec.nodeName).join(', ')
    const isWanted = await confirm(`Make ${pods.length === 1 ? 'this pod' : 'these pods'} to look at ${nodes}?`)
    return isWanted ? true : 'was not wanted; --allow-debug-pods does not ask'
  }

/** The first one as it will be made; the others are like it. */
async function told(pods: readonly DebugPod[]): Promise<string> {
  const [first, ...others] = pods
  if (!first) return ''
  const intro = 'kpx makes this pod, runs in it the commands that read rules, addresses and routes, and deletes it:\n'
  const same = others.map(
    ({ metadata, spec }) => `and the same on ${spec.nodeName}: ${metadata.name}, image ${spec.containers[0]?.image}\n`,
  )
  return `${intro}${indented(await yaml(first))}${same.join('')}`
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')

/** A debug pod that an earlier run of kpx has left; `failure` is why it is still there. */
export function tellStale(pod: string, failure: string | undefined): void {
  const what = `${pod}, a debug pod that an earlier run of kpx has left`
  process.stderr.write(
    guard(failure === undefined ? `deleted ${what}\n` : `cannot delete ${what}: ${failure}\n`, false),
  )
}
