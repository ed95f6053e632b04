/** Amazon EKS with the add-on kube-proxy. Sources: as src/platform/eks.ts; the add-on applies its objects as the manager `eks`. */
import { quoted } from '../../command-words.ts'
import { clusterName, clusterNote, eksModes, nodesOfAws } from '../eks.ts'
import { objectsThat } from '../evidence.ts'
import { undone } from '../platform.ts'
import type { Platform } from '../platform.ts'
import type { PlatformScene } from '../scene.ts'
import { asFields, isNothing, nested, withWritten } from '../setting.ts'
import type { Setting, Targets } from '../setting.ts'

const targets: Targets = { mode: { name: 'mode' }, 'ipvs.scheduler': { name: 'ipvs.scheduler' } }

const notThere =
  "the add-on's schema has the mode and ipvs.scheduler alone; a live edit of other fields stays as long as the add-on is updated with --resolve-conflicts PRESERVE"

export const eksAddon: Platform = {
  id: 'eks-addon',
  name: 'EKS add-on',
  refines: ['eks'],
  kind: 'ConfigMap',
  recognise: ({ configMaps, daemonSets }) =>
    objectsThat(
      [
        ...daemonSets.filter(({ name }) => name === 'kube-proxy'),
        ...configMaps.filter(({ name }) => name === 'kube-proxy-config'),
      ],
      ({ managers, namespace }) => namespace === 'kube-system' && managers.some(({ name }) => name === 'eks'),
    ).map((objects) => `managedFields name the manager eks: ${objects}`),
  place: (scene) =>
    `ConfigMap kube-system/kube-proxy-config, key config, applied by the EKS add-on kube-proxy${nodesOfAws(scene)}`,
  fate: undone("the add-on writes its fields again at its next update, and so does the cluster's"),
  modes: eksModes,
  change,
}

function change(wanted: readonly Setting[], scene: PlatformScene): ReturnType<Platform['change']> {
  const mode = wanted.find(({ path }) => path === 'mode')?.value ?? scene.written.get('mode')
  // the add-on writes an empty scheduler beside every mode
  const relevant = mode === 'ipvs' ? targets : { mode: { name: 'mode' } }
  const fields = asFields(withWritten(wanted, relevant, scene), targets, notThere)
  if (isNothing(fields) || fields.refused.length >= wanted.length) return { refused: fields.refused }
  const values = JSON.stringify(nested(fields.values))
  const cluster = clusterName(scene)
  return {
    commands: [
      `aws eks update-addon --cluster-name ${cluster} --addon-name kube-proxy --resolve-conflicts OVERWRITE --configuration-values ${quoted(values)}`,
      `aws eks wait addon-active --cluster-name ${cluster} --addon-name kube-proxy`,
      'kubectl -n kube-system rollout restart daemonset/kube-proxy',
    ],
    notes: [
      'the values take the place of all that are set: podLabels, podAnnotations and resources are to be repeated (aws eks describe-addon)',
      'which values a version takes: aws eks describe-addon-configuration --addon-name kube-proxy --addon-version VERSION',
      'the add-on does not start the pods anew',
      ...clusterNote(scene),
    ],
    refused: fields.refused,
  }
}
