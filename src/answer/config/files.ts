/** What a cluster has, as files that `config validate` takes: the configuration's text, and the command line of its container. */
import { nameOf } from '../../cluster/applied.ts'
import { yamlOfJson } from '../../config/yaml-object.ts'
import type { ConfigFile } from './validate.ts'
import { writtenText } from './show.ts'
import { placeName } from './place.ts'
import type { Place } from './place.ts'

export interface JudgedFiles {
  readonly files: readonly ConfigFile[]
  /** Of the cluster that has them; undefined where none is asked. */
  readonly minor?: number
}

/** Throws KPX2103 where the configuration's text was not seen. */
export function filesOf(place: Place): JudgedFiles {
  const { file, minor, workload } = place
  const command = { name: nameOf(workload), bytes: Buffer.from(yamlOfJson(manifestOf(place))) }
  if (file.file === undefined) return { files: [command], minor }
  return { files: [{ name: placeName(place), bytes: Buffer.from(writtenText(place)) }, command], minor }
}

/** As much of it as is judged; a process of a node as the pod that it could be. */
function manifestOf({ container: { image, name, words }, workload }: Place): object {
  const spec = { containers: [{ name, image, command: words }] }
  const metadata = { name: workload.name, ...(workload.namespace !== '' && { namespace: workload.namespace }) }
  return workload.kind === 'DaemonSet'
    ? { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: { template: { spec } } }
    : { apiVersion: 'v1', kind: 'Pod', metadata, spec }
}
