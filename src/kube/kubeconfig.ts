/** Which cluster is meant, and as whom: resolved as kubectl resolves it. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { KubeConfig, loadYaml } from '@kubernetes/client-node'
import { object, objects, text } from '../cluster/json.ts'
import { KpxError } from '../error.ts'
import { kubeconfigFiles } from './kubeconfig-files.ts'
import { setProxy } from './proxy.ts'

export interface KubeconfigOptions {
  /** --kubeconfig: this file alone. */
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  /** --as. */
  readonly as: string | undefined
  /** The next step where nothing names a cluster, if the catalogue's is not that of the command. */
  readonly fix?: string
}

/** --kubeconfig, then $KUBECONFIG, then ~/.kube/config, then the pod's own ServiceAccount. Throws KPX1007 and KPX1012. */
export function loadKubeconfig(options: KubeconfigOptions, env: NodeJS.ProcessEnv): KubeConfig {
  const config = withContext(fromFiles(options, env) ?? fromPod(options), options.context)
  for (const user of config.users) {
    if (options.as !== undefined) Object.assign(user, { impersonateUser: options.as })
  }
  // client-node refuses plain http where certificates are verified; kubectl proxy listens like that
  for (const cluster of config.clusters)
    if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true })
  setProxy(config, env)
  return config
}

function fromFiles({ kubeconfig }: KubeconfigOptions, env: NodeJS.ProcessEnv): KubeConfig | undefined {
  const files = kubeconfigFiles(kubeconfig, env)
  if (kubeconfig !== undefined) return merged(files.map(readConfig))
  // kubectl passes over files that do not exist
  const found = files.filter((file) => existsSync(file))
  if (found.length === 0 && env['KUBECONFIG']) {
    throw new KpxError('KPX1012', `none of the files in KUBECONFIG exists: ${files.join(', ')}`)
  }
  return found.length === 0 ? undefined : merged(found.map(readConfig))
}

/** Names of the contexts that there are to choose from. Throws KPX1012. */
export const contextNames = (kubeconfig: string | undefined, env: NodeJS.ProcessEnv): readonly string[] =>
  fromFiles({ kubeconfig, context: undefined, as: undefined }, env)?.contexts.map(({ name }) => name) ?? []

function readConfig(file: string): KubeConfig {
  const config = new KubeConfig()
  try {
    const written = readFileSync(file, 'utf8')
    config.loadFromString(written)
    config.makePathsAbsolute(dirname(file))
    setTokenFiles(config, written, dirname(file))
  } catch (error) {
    // a parser's message may quote the file, and with it a token
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'it is not a kubeconfig'
    throw new KpxError('KPX1012', `${file} cannot be read: ${why}`, { cause: error })
  }
  return config
}

/** client-node has its own words for a file that holds the token (tokenFile). The file counts, and the token where it cannot be read, as for client-go. */
function setTokenFiles(config: KubeConfig, written: string, folder: string): void {
  for (const one of objects(object(loadYaml(written))['users'])) {
    const path = text(object(one['user'])['tokenFile'])
    const user = config.users.find(({ name }) => name === one['name'])
    if (path === '' || !user) continue
    const tokenFile = resolve(folder, path)
    if (!user.token || existsSync(tokenFile))
      Object.assign(user, { token: undefined, authProvider: { name: 'tokenFile', config: { tokenFile } } })
  }
}

/** Of clusters, users and contexts that several files name, and of the current context, the first counts. */
function merged(configs: readonly KubeConfig[]): KubeConfig {
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: firstOfEachName(configs.flatMap(({ clusters }) => clusters)),
    users: firstOfEachName(configs.flatMap(({ users }) => users)),
    contexts: firstOfEachName(configs.flatMap(({ contexts }) => contexts)),
    currentContext: configs.map(({ currentContext }) => currentContext).find((name) => name) ?? '',
  })
  return config
}

const firstOfEachName = <T extends { readonly name: string }>(items: readonly T[]): T[] => [
  ...new Map(items.toReversed().map((item) => [item.name, item])).values(),
]

const podToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'

function fromPod({ fix }: KubeconfigOptions): KubeConfig {
  if (!existsSync(podToken))
    throw new KpxError('KPX1007', 'no cluster is named: there is no kubeconfig', fix === undefined ? {} : { fix })
  const config = new KubeConfig()
  config.loadFromCluster()
  return config
}

function withContext(config: KubeConfig, context: string | undefined): KubeConfig {
  const names = config.contexts.map(({ name }) => name)
  const wanted = context ?? config.currentContext
  if (names.length === 0) throw new KpxError('KPX1012', 'the kubeconfig has no context')
  if (wanted === '') {
    const fix = `choose one: --context ${names.join('|')}`
    throw new KpxError('KPX1012', 'the kubeconfig has no current context', { fix })
  }
  if (!names.includes(wanted)) {
    throw new KpxError('KPX1012', `the kubeconfig has no context "${wanted}": it has ${names.join(', ')}`)
  }
  config.setCurrentContext(wanted)
  if (!config.getCurrentCluster()?.server) {
    throw new KpxError('KPX1012', `context "${wanted}" names a cluster that the kubeconfig does not have`)
  }
  return config
}
