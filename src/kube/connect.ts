/** From the command line's flags to a cluster. */
import { Connection } from './connection.ts'
import { loadKubeconfig } from './kubeconfig.ts'
import type { KubeconfigOptions } from './kubeconfig.ts'

/** Asks nothing yet; throws KPX1007 and KPX1012. `patience` is in milliseconds. */
export const connect = (options: KubeconfigOptions, patience: number, env: NodeJS.ProcessEnv): Connection =>
  new Connection(loadKubeconfig(options, env), patience)
