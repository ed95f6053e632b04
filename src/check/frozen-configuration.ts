/** A configuration that an edit of its ConfigMap does not change for kube-proxy. */
import { finding } from '../answer/finding.ts'
import { nameOf } from '../cluster/applied.ts'
import { configFileOf } from '../platform/config-file.ts'
import { skipped, whole } from './check.ts'
import type { ClusterCheck } from './check.ts'

export const frozenConfiguration: ClusterCheck = {
  codes: ['KPX4132'],
  needs: 'static',
  applies: whole,
  ofCluster: ({ recognition, scene: { capture } }) => {
    const { kubeProxies } = recognition.scene
    if (kubeProxies.length === 0) return skipped('no kube-proxy was seen that could be started with one')
    return kubeProxies.flatMap((started) => {
      const { file = '', map, source } = configFileOf(started, capture)
      if (source?.kind !== 'ConfigMap') return []
      const isPart = started.container.mounts.some(({ path, subPath }) => path === file && subPath !== '')
      const name = map ? nameOf(map) : null
      // where its owner makes a new one each time, that is as it should be
      const isFrozen =
        map?.immutable && !recognition.found.some(({ platform }) => platform.kind === 'immutable ConfigMap')
      return [
        ...(isFrozen ? [finding('KPX4132', { message: 'the ConfigMap is immutable', object: name })] : []),
        ...(isPart
          ? [finding('KPX4132', { message: `${file} is mounted by subPath`, object: nameOf(started.object) })]
          : []),
      ]
    })
  },
}
