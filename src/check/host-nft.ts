/**
 * The nft of the host beside that of kube-proxy: both read each other's tables. Sources: kubernetes issues 122743 (a host's nft before
 * 1.0.1 fails on kube-proxy's table) and 136786 (nft 1.0.6 crashes on sets that 1.1.3 or later wrote; fixed by pull request 137501).
 */
import { finding } from '../answer/finding.ts'
import { decodeToolVersion } from '../decode/tool-version.ts'
import { isBelow } from '../version.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'
import { isOfHost } from './tools.ts'

export const hostNft: NodeCheck = {
  codes: ['KPX4104'],
  needs: 'node',
  applies: toMode('nftables'),
  ofNode: (node, { scene }) => {
    if (!node.changes) return []
    const file = isOfHost(node, scene) ? node.file('nft-version.txt') : undefined
    const version = file && decodeToolVersion(file).version
    if (!file || version === undefined) return skipped("the host's own nft was not asked: that takes --via")
    const why = trouble(version, node.minor)
    const evidence = [{ node: node.name, file: file.name, line: 1, text: file.text.trim() }]
    return why === undefined ? [] : [finding('KPX4104', { message: `the host's nft is ${version}: ${why}`, evidence })]
  },
}

function trouble(version: string, minor: number | undefined): string | undefined {
  if (isBelow(version, '1.0.1')) return "it crashes or lists nothing once kube-proxy's table is there"
  if (isBelow(version, '1.1.3') || (minor ?? 0) >= 36) return undefined
  return 'the sets that it writes crash the nft in images of kube-proxy before 1.36 and before the patch releases of March 2026'
}
