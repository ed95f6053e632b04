/** What the kernel of a node has as modules, as modprobe in reach of its files tells. */
import { decodeModprobe } from '../decode/modprobe.ts'
import type { SourceFile } from '../decode/source.ts'
import type { Evidence } from './outcome.ts'

/** Of pkg/proxy/nftables, Kubernetes 1.29 to 1.37: ct state, fib daddr, masquerade, dnat, numgen random, reject. */
export const nftablesModules = ['nft_ct', 'nft_fib_ipv4', 'nft_masq', 'nft_nat', 'nft_numgen', 'nft_reject_ipv4']

interface AskedNode {
  readonly name: string
  readonly file: (name: string) => SourceFile | undefined
}

/** Of those that are wanted the ones that are not there, with the lines that say so; undefined where modprobe does not tell. */
export function missingModules(wanted: readonly string[], node: AskedNode): Map<string, Evidence> | undefined {
  const file = node.file('modprobe.txt')
  if (!file) return undefined
  const { found, missing } = decodeModprobe(file)
  // where it finds none at all, it does not see the folder of this kernel
  if (found.size === 0) return undefined
  const lines = wanted.flatMap((name): [string, Evidence][] => {
    const own = missing.get(name)
    return own ? [[name, { node: node.name, file: file.name, ...own }]] : []
  })
  return new Map(lines)
}

/** What `kpx` could not know without modprobe. */
export const noModprobe = "modprobe was not asked there, or sees no modules of this kernel (the pod's /lib/modules)"
