/**
 * A service of the node that flushes the whole ruleset, kube-proxy's table with it: nftables.service of distributions, by `nft flush ruleset`
 * of its ExecStop (and by /etc/nftables.conf as it is loaded). In iptables and ipvs mode kube-proxy looks for its own chains every 30 s; in
 * nftables mode it writes all of them anew after a sync that failed, or an hour (FullSyncPeriod, kubernetes/pkg/proxy/util/utils.go 1.33).
 * firewalld flushes its own table alone, and those of iptables (src/firewall/core/nftables.py, ipXtables.py, 2.4).
 */
import { finding } from '../answer/finding.ts'
import { decodeSystemctlShow } from '../decode/systemctl-show.ts'
import { always, skipped } from './check.ts'
import type { NodeCheck } from './check.ts'

export const flushedRules: NodeCheck = {
  codes: ['KPX4143'],
  needs: 'node',
  applies: always,
  ofNode: (node, { question: { mode } }) => {
    if ((mode ?? node.from ?? 'nftables') !== 'nftables') return []
    const file = node.file('systemctl-show.txt')
    if (!file) return skipped("the node's own services were not seen: that takes --via or --local, and systemd there")
    const found = decodeSystemctlShow(file).units.filter(({ isActive, isEnabled }) => isActive || isEnabled)
    return found.map(({ id, isActive, line, text }) => {
      const message = `${id} is ${isActive ? 'active' : 'enabled, and active after the next start'}: its stop flushes all rules`
      return finding('KPX4143', { message, evidence: [{ node: node.name, file: file.name, line, text }] })
    })
  },
}
