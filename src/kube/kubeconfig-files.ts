/** Where a kubeconfig may be; whether it is there is not looked at. */
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** --kubeconfig alone, or those of $KUBECONFIG, or ~/.kube/config. */
export function kubeconfigFiles(kubeconfig: string | undefined, env: NodeJS.ProcessEnv): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig]
  const listed = env['KUBECONFIG']?.split(delimiter).filter((file) => file !== '') ?? []
  return listed.length > 0 ? listed : [join(homedir(), '.kube', 'config')]
}
