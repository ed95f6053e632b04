/** From the command line's flags to a cluster. */
import { Connection } from './connection.ts'
import { loadKubeconfig } from './kubeconfig.ts'
import type { KubeconfigOptions } from './kubeconfig.ts'

/** Asks nothing yet; throws KPX1007 and KPX1012. `patience` is in milliseconds. */
export function connect(options: KubeconfigOptions, patience: number, env: NodeJS.ProcessEnv): Connection {
  const config = loadKubeconfig(options, env)
  const file = options.kubeconfig === undefined ? '' : `--kubeconfig ${options.kubeconfig} `
  return new Connection(config, patience, `${file}--context ${config.currentContext}`)
}
