/** By which name kpx is called: its own, or as a plugin of kubectl. */
import { basename } from 'node:path'

interface Called {
  /** What the user types before the command. */
  readonly bin: string
  readonly argv: readonly string[]
}

/**
 * kubectl runs `kubectl-kube_proxy` for `kubectl kube-proxy`, with _ for each -, and asks `kubectl_complete-kube_proxy` for completions
 * (pkg/cmd/plugin of kubectl 1.26).
 */
export function calledAs(program: string, argv: readonly string[]): Called {
  const [, completes, name] = /^kubectl(_complete)?-(.+)$/.exec(basename(program)) ?? []
  if (name === undefined) return { bin: 'kpx', argv }
  const bin = ['kubectl', ...name.split('-').map((word) => word.replaceAll('_', '-'))].join(' ')
  return { bin, argv: completes === undefined ? argv : ['__complete', '--', ...argv] }
}
