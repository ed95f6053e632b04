/** A kube-proxy that is no pod: a process of its node, as the node itself or its platform tells of it. */
import type { Capture } from '../../capture/capture.ts'
import { recognitionOf } from '../../platform/recognise.ts'
import type { Started } from '../../platform/config-file.ts'
import type { PlatformNode } from '../../platform/scene.ts'

/** What `pgrep -xa kube-proxy` printed on the node, and the file of its --config. */
const commandFile = 'kube-proxy-command.txt'
const configFile = 'kube-proxy-config.txt'

/** Undefined where nothing tells what it is started with. */
export function hostProcess(name: string, capture: Capture): Started | undefined {
  const { found, scene } = recognitionOf(capture)
  const node = scene.nodes.find((one) => one.name === name) ?? unknownNode(name)
  const words = commandOf(capture.file(name, commandFile))
  const told = words ?? found.map(({ platform }) => platform.started?.(node, scene)).find((one) => one !== undefined)
  if (!told) return undefined
  const config = words === undefined ? undefined : capture.file(name, configFile)
  return {
    container: { name: 'kube-proxy', image: '', words: told, env: new Map(), mounts: [] },
    object: node,
    ...(config !== undefined && { onHost: config.toString('utf8') }),
  }
}

/** `123 /usr/bin/kube-proxy --config=...`; undefined where there is none, or where several are started otherwise. */
function commandOf(printed: Buffer | undefined): readonly string[] | undefined {
  const commands = new Set(printed?.toString('utf8').match(/(?<=^\d+ ).+$/gm))
  const [command] = commands
  return command === undefined || commands.size > 1 ? undefined : command.trim().split(/\s+/)
}

/** One that the API was not asked for. */
const unknownNode = (name: string): PlatformNode => ({
  kind: 'Node',
  namespace: '',
  name,
  labels: {},
  annotations: {},
  managers: [],
  createdAt: undefined,
  resourceVersion: '',
  providerId: '',
  osImage: '',
  kubeletVersion: '',
})
