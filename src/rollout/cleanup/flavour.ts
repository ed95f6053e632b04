/** Which of the two kinds of iptables a node's kube-proxy uses: rules of both act, and it keeps only its own in step. */
import type { SeenNode } from '../../answer/status/node.ts'
import type { Scene } from '../../answer/scene.ts'
import type { Table } from '../../ruleset/ruleset.ts'
import type { ChainMode } from './names.ts'

export type Flavour = Exclude<Table['tool'], 'nft'>

/** Both modes that use iptables have this chain in nat. */
const isDispatch = ({ chains, name, tool }: Table): boolean =>
  name === 'nat' && tool !== 'nft' && chains.has('KUBE-SERVICES')

/**
 * Undefined where that cannot be told. In the pod the name of iptables stands for what kube-proxy chose as it started (iptables-wrappers); nobody
 * else's does.
 */
export function flavourOf({ ruleset, status: { node, running } }: SeenNode, { capture }: Scene): Flavour | undefined {
  if (running !== 'iptables' && running !== 'ipvs') return toldFlavour(node, capture)
  const [first, ...others] = new Set(ruleset?.tables.filter(isDispatch).map(({ tool }) => tool))
  if (first !== undefined && first !== 'nft' && others.length === 0) return first
  return toldFlavour(node, capture)
}

/** As iptables itself tells it in kube-proxy's pod. */
function toldFlavour(node: string, capture: Scene['capture']): Flavour | undefined {
  if ((capture.reached(node)?.way ?? 'exec') !== 'exec') return undefined
  const [, told] =
    /\((nf_tables|legacy)\)/.exec(capture.file(node, 'iptables-version.txt')?.toString('utf8') ?? '') ?? []
  return told === undefined ? undefined : told === 'legacy' ? 'iptables-legacy' : 'iptables-nft'
}

/** The mode that uses a table; `unknown` where that cannot be told. */
export function modeOf(
  { tool }: Table,
  running: string | null,
  flavour: Flavour | undefined,
): ChainMode | 'unknown' | undefined {
  if (running !== 'iptables' && running !== 'ipvs') return undefined
  if (flavour === undefined) return 'unknown'
  return tool === flavour ? running : undefined
}
