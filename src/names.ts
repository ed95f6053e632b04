/** Names for shell completion: of a capture, a kubeconfig or a cluster, in time or not at all, and never a failure. */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { readCapture } from './capture/read.ts'
import type { Capture } from './capture/capture.ts'
import { kubeProxyDaemonSets } from './cluster/kube-proxy.ts'
import { namesOf } from './cluster/names.ts'
import type { Names, Wanted } from './complete/names.ts'
import { kubeconfigFiles } from './kube/kubeconfig-files.ts'
import { resources } from './kube/resource.ts'
import { cachedNames } from './name-cache.ts'

/** How long names are waited for. */
interface Waiting {
  /** Milliseconds: by default as long as whoever has pressed Tab waits. */
  readonly patience?: number
  /** Called where a cluster has not answered by then. */
  readonly late?: () => void
}

type Patience = Waiting & { readonly patience: number }

export const namesFrom =
  (env: NodeJS.ProcessEnv, { patience = 1000, late }: Waiting = {}): Names =>
  async (wanted) => {
    const flags = new Map(wanted.flags)
    for (const name of ['from', 'kubeconfig']) {
      const file = flags.get(name)
      if (file !== undefined) flags.set(name, asShell(file, env))
    }
    const names = (await namesFor({ ...wanted, flags }, env, { patience, ...(late && { late }) })) ?? []
    return names.filter((name) => isName(name, wanted.kind)).sort()
  }

/** Names are data: none is handed to a shell that the API server would not take, nor a context that must be quoted. */
const isName = (name: string, kind: Wanted['kind']): boolean =>
  kind === 'contexts' ? /^\w[\w@%+=:,./-]*$/.test(name) : /^[a-z0-9]([-a-z0-9./]*[a-z0-9])?$/.test(name)

/** Shells pass on what is typed as it is: `~/one`, `$HOME/one`, `${HOME}/one`. */
const asShell = (file: string, env: NodeJS.ProcessEnv): string =>
  file.replace(/^(?:~|\$HOME|\$\{HOME\})(?=\/|$)/, () => env['HOME'] ?? homedir())

async function namesFor(
  wanted: Wanted,
  env: NodeJS.ProcessEnv,
  waiting: Patience,
): Promise<readonly string[] | undefined> {
  const { flags, kind } = wanted
  const from = flags.get('from')
  if (from !== undefined || flags.has('local'))
    return inTime({ patience: waiting.patience }, async () =>
      from === undefined || kind === 'contexts' ? [] : recorded(await readCapture(from), wanted),
    )
  return cachedNames(keyOf(wanted, env), () => live(wanted, env, waiting), env)
}

/** Undefined where that fails or takes too long. */
async function inTime(
  { late, patience }: Patience,
  ask: () => Promise<readonly string[]>,
): Promise<readonly string[] | undefined> {
  const found = await Promise.race([ask().catch(() => null), sleep(patience, undefined)])
  if (found === undefined) late?.()
  return found ?? undefined
}

async function recorded(capture: Capture, { flags, kind, namespace }: Wanted): Promise<readonly string[]> {
  if (kind === 'contexts') return []
  if (kind === 'revisions') return revisionsOf(capture, flags)
  if (kind === 'daemonsets') return daemonSetsOf(capture.list(kind) ?? [])
  const names = namesOf([...(capture.list(kind) ?? [])])
  if (kind === 'nodes') return [...new Set([...names, ...capture.nodes])]
  return names.filter((name) => namespace === undefined || name.startsWith(`${namespace}/`))
}

const daemonSetsOf = (all: Iterable<unknown>): string[] =>
  kubeProxyDaemonSets(all).map(({ name, namespace }) => `${namespace}/${name}`)

async function revisionsOf(capture: Capture, flags: Wanted['flags']): Promise<readonly string[]> {
  const [{ historyOf }, { placeOf }] = await Promise.all([
    import('./answer/config/history.ts'),
    import('./answer/config/place.ts'),
  ])
  return historyOf(placeOf(capture, flags.get('daemonset'))).items.map(({ revision }) => revision)
}

async function live(
  { flags, kind, namespace }: Wanted,
  env: NodeJS.ProcessEnv,
  waiting: Patience,
): Promise<readonly string[] | undefined> {
  const [as, context, kubeconfig] = ['as', 'context', 'kubeconfig'].map((name) => flags.get(name))
  const [{ contextNames }, { connect }, { listMetadata, listObjects }, { liveConfiguration }] = await client()
  return inTime(waiting, async () => {
    if (kind === 'contexts') return contextNames(kubeconfig, env)
    const connection = connect({ as, context, kubeconfig }, 2 * waiting.patience, env)
    if (kind === 'revisions') return revisionsOf(await liveConfiguration(connection), flags)
    // what they are is in their containers
    if (kind === 'daemonsets') return daemonSetsOf(await listObjects(connection, resources.daemonSets))
    return namesOf(await listMetadata(connection, resources[kind], namespace))
  })
}

/** Loaded by those alone who ask a cluster; that takes longer than all else. */
const client = () =>
  Promise.all([
    import('./kube/kubeconfig.ts'),
    import('./kube/connect.ts'),
    import('./kube/objects.ts'),
    import('./kube/live-configuration.ts'),
  ])

/** Whatever decides which names there are: the kubeconfig's own text tells the server and the user. */
function keyOf({ flags, kind, namespace }: Wanted, env: NodeJS.ProcessEnv): string {
  const texts = kubeconfigFiles(flags.get('kubeconfig'), env).map(textOf)
  const own = ['as', 'context', 'daemonset'].map((name) => flags.get(name) ?? null)
  return createHash('sha256')
    .update(JSON.stringify([texts, own, kind, namespace ?? null]))
    .digest('hex')
}

/** What is no file might be waited for without end. */
function textOf(file: string): string | null {
  try {
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : null
  } catch {
    return null
  }
}
