/** The configuration file that a kube-proxy is started with, and where its container has it from. */
import type { Capture } from '../capture/capture.ts'
import { configMapNamed } from '../cluster/applied.ts'
import type { Applied, ConfigMap } from '../cluster/applied.ts'
import { fileSource } from '../cluster/workload.ts'
import type { Container, FileSource } from '../cluster/workload.ts'
import { commandLineOf } from '../config/command-line.ts'

/** What a kube-proxy is started with, and the object that says so: its DaemonSet or pod. */
export interface Started {
  readonly container: Container
  readonly object: Applied
  /** The file of --config of a process that has no container, where it was read on its node. */
  readonly onHost?: string
}

/** The file of --config: where it comes from, and what is in it as far as that was seen. */
export interface ConfigFile {
  /** Undefined where there is no --config: flags are the configuration. */
  readonly file: string | undefined
  readonly source: FileSource | undefined
  readonly map: ConfigMap | undefined
  readonly text: string | undefined
}

export function configFileOf({ container, object, onHost }: Started, capture: Capture): ConfigFile {
  const file = commandLineOf(container.words)?.config
  const source = file === undefined ? undefined : fileSource(container, file)
  const map = source?.kind === 'ConfigMap' ? configMapNamed(capture, object.namespace, source.name) : undefined
  return { file, source, map, text: source?.kind === 'ConfigMap' ? map?.data.get(source.key) : onHost }
}
