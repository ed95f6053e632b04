/**
 * Talos Linux. Sources: docs.siderolabs.com, v1alpha1 ProxyConfig (cluster.proxy) and, from 1.14 on, KubeProxyConfig; talosctl patch and
 * upgrade-k8s.
 */
import { yamlOfJson } from '../../config/yaml-object.ts'
import { nodesWhose } from '../evidence.ts'
import { modesOf } from '../mode.ts'
import { undone } from '../platform.ts'
import type { OwnersWay, Platform } from '../platform.ts'
import { asFlags, configurationWith } from '../setting.ts'
import type { Setting } from '../setting.ts'
import type { PlatformScene } from '../scene.ts'

const path = 'kube-proxy-patch.yaml'

/** The ConfigMap of a KubeProxyConfig document has the hash of its content in its name. */
const hasDocument = ({ configMaps, daemonSets }: PlatformScene): boolean =>
  [...configMaps.map(({ name }) => name), ...daemonSets.flatMap(({ containers }) => containers.flatMap(mapsOf))].some(
    (name) => /^kube-proxy-config-[0-9a-f]{16}$/.test(name),
  )

const mapsOf = ({ mounts }: PlatformScene['daemonSets'][number]['containers'][number]): string[] =>
  mounts.flatMap(({ source }) => (source.kind === 'ConfigMap' ? [source.name] : []))

export const talos: Platform = {
  id: 'talos',
  name: 'Talos',
  kind: 'operator',
  recognise: (scene) => nodesWhose(scene, 'osImage', (image) => image.startsWith('Talos')),
  place: (scene) =>
    hasDocument(scene)
      ? 'the document KubeProxyConfig of the machine configuration, of which Talos makes DaemonSet kube-system/kube-proxy and a ConfigMap named by its content'
      : 'cluster.proxy of the machine configuration, of which Talos makes flags in DaemonSet kube-system/kube-proxy; there is no ConfigMap',
  fate: undone('Talos applies its own manifests at the next talosctl upgrade-k8s'),
  modes: (scene) => modesOf(scene),
  change: (wanted, scene) => (hasDocument(scene) ? documentWay(wanted, scene) : flagsWay(wanted, scene)),
}

function documentWay(wanted: readonly Setting[], scene: PlatformScene): Partial<OwnersWay> {
  const { apiVersion: _api, kind: _kind, mode, ...config } = configurationWith(wanted)
  const document = {
    apiVersion: 'v1alpha1',
    kind: 'KubeProxyConfig',
    ...(mode !== undefined && { mode }),
    ...(Object.keys(config).length > 0 && { config }),
  }
  const unset = wanted.filter(({ value }) => value === null).map((one) => one.path)
  return patchWay(document, scene, unset, [])
}

function flagsWay(wanted: readonly Setting[], scene: PlatformScene): Partial<OwnersWay> {
  const { refused, unset, values } = asFlags(wanted, scene)
  if (refused.length >= wanted.length) return { refused }
  const { 'proxy-mode': mode, ...others } = Object.fromEntries(
    Array.from(values, ([name, value]) => [name, String(value)]),
  )
  const proxy = {
    ...(mode !== undefined && { mode }),
    ...(Object.keys(others).length > 0 && { extraArgs: others }),
  }
  return patchWay({ cluster: { proxy } }, scene, unset, refused)
}

function patchWay(
  patch: object,
  { gitVersion }: PlatformScene,
  unset: readonly string[],
  refused: OwnersWay['refused'],
): Partial<OwnersWay> {
  const version = gitVersion.replace(/^v/, '') || 'VERSION'
  return {
    files: [{ path, text: yamlOfJson(patch) }],
    commands: [
      `talosctl --nodes CONTROL_PLANE_NODES patch machineconfig --patch @${path}`,
      `talosctl --nodes CONTROL_PLANE_NODE upgrade-k8s --to ${version}`,
    ],
    notes: [
      'CONTROL_PLANE_NODES are the addresses of all of them, CONTROL_PLANE_NODE that of one: kubectl get nodes -o wide',
      'upgrade-k8s to the version that is there applies the manifests anew',
      ...unset.map((name) => `${name} is to be taken out: talosctl edit machineconfig`),
    ],
    refused,
  }
}
