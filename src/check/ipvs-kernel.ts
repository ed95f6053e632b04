/**
 * IPVS in the kernel. kube-proxy tries it by a virtual server of its own (pkg/proxy/ipvs, CanUseIPVSProxier), for which the kernel loads
 * the modules; up to 1.25 it falls back to iptables without failing.
 */
import { finding } from '../answer/finding.ts'
import type { Finding } from '../answer/finding.ts'
import { missingModules } from '../answer/modules.ts'
import type { Evidence } from '../answer/outcome.ts'
import { skipped, toMode } from './check.ts'
import type { NodeCheck } from './check.ts'
import type { CheckedNode } from './subject.ts'

export const ipvsKernel: NodeCheck = {
  codes: ['KPX4106'],
  needs: 'node',
  applies: toMode('ipvs'),
  decisive: true,
  ofNode: (node) => {
    const scheduler = `ip_vs_${node.settings?.text('ipvs.scheduler') || 'rr'}`
    const isThere = hasIpvs(node)
    const missing = missingModules(isThere ? [scheduler] : ['ip_vs', scheduler], node)
    if (missing && missing.size > 0) {
      return [lacking(`modprobe finds no ${[...missing.keys()].join(', ')} for it`, [...missing.values()], node)]
    }
    if (isThere) return []
    if (loadsModules(node) === false) {
      return [lacking('it has no /proc/net/ip_vs, and loads no modules', sysctlLines(node), node)]
    }
    return missing ? [] : skipped('IPVS is not in use, and nothing tells whether the kernel could load it')
  },
}

function lacking(why: string, evidence: readonly Evidence[], { kernel, minor }: CheckedNode): Finding {
  const then = minor !== undefined && minor <= 25 ? 'run in iptables mode' : 'exit'
  const message = `the kernel${kernel ? ` ${kernel.release}` : ''} has no IPVS: ${why}, so that kube-proxy would ${then}`
  return finding('KPX4106', { message, evidence })
}

const hasIpvs = ({ file, seen: { ruleset } }: CheckedNode): boolean =>
  file('proxyMode.txt')?.text.trim() === 'ipvs' ||
  file('proc-net-ip_vs.txt')?.text.startsWith('IP Virtual Server') === true ||
  (ruleset?.virtualServers?.servers.length ?? 0) > 0

/** Only a kernel that can load modules has the sysctl (CONFIG_MODULES), which is 1 once nothing more is loaded. */
function loadsModules({ seen: { ruleset } }: CheckedNode): boolean | undefined {
  const sysctls = ruleset?.sysctls
  if (sysctls?.has('kernel/osrelease') !== true) return undefined
  return sysctls.get('kernel/modules_disabled') === '0'
}

function sysctlLines({ file, name: node }: CheckedNode): Evidence[] {
  const source = file('sysctl.txt')
  const lines = source?.text.split('\n') ?? []
  return lines.flatMap((text, i) =>
    /^kernel.(?:osrelease|modules_disabled)/.test(text) && source
      ? [{ node, file: source.name, line: i + 1, text }]
      : [],
  )
}
