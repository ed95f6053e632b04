/** Whose the configuration is: whether a change of it would last, and where it is to be made instead. */
import { ownerFindings } from '../answer/config/owner-findings.ts'
import type { Finding } from '../answer/finding.ts'
import { configFileOf } from '../platform/config-file.ts'
import type { OwnersWay } from '../platform/platform.ts'
import { ownershipOf } from '../platform/recognise.ts'
import type { Ownership } from '../platform/recognise.ts'
import { skipped, toAnyMode } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const owner: ClusterCheck = {
  codes: ['KPX4002', 'KPX4003'],
  needs: 'static',
  applies: toAnyMode,
  ofCluster: ({ nodes, question: { mode = '' }, recognition, scene }) => {
    const own = nodes.flatMap(({ seen }) => seen.started ?? [])
    const [started] = [...own, ...recognition.scene.kubeProxies]
    if (!started) return skipped('nothing was seen that kube-proxy is started with')
    const { map } = configFileOf(started, scene.capture)
    const object = map ?? started.object
    const ownership = ownershipOf(object, recognition)
    const way = ownership.way([{ path: 'mode', value: mode }])
    // that it cannot be had there is said of the platform
    if (way && way.refused.length > 0 && way.commands.length === 0) return []
    return ownerFindings({ object, ownership }, false).map((one) => inItsWay(one, ownership, way, mode))
  },
}

/** The mode can be had: by whoever owns the object. */
function inItsWay(found: Finding, { owner: name }: Ownership, way: OwnersWay | undefined, mode: string): Finding {
  if (found.code !== 'KPX4002') return found
  const { commands = [], files = [] } = way ?? {}
  const fix =
    files.length === 0 && commands.length > 0
      ? `change it as ${name} has it: ${commands.join('; ')}`
      : `see how ${name} has it changed: kpx config set mode=${mode} --dry-run=client`
  return { ...found, level: 'warning', fix }
}
