/** What a cluster has, as files that `config validate` takes: the configuration's text, and the command line of its container. */
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
  const { kind, name, namespace } = workload
  const command = { name: `${kind} ${namespace}/${name}`, bytes: Buffer.from(yamlOfJson(manifestOf(place))) }
  if (file.file === undefined) return { files: [command], minor }
  return { files: [{ name: placeName(place), bytes: Buffer.from(writtenText(place)) }, command], minor }
}

/** As much of it as is judged. */
function manifestOf({ container: { image, name, words }, workload }: Place): object {
  const spec = { containers: [{ name, image, command: words }] }
  const metadata = { name: workload.name, namespace: workload.namespace }
  const isPod = workload.kind === 'Pod'
  return {
    apiVersion: isPod ? 'v1' : 'apps/v1',
    kind: workload.kind,
    metadata,
    spec: isPod ? spec : { template: { spec } },
  }
}
