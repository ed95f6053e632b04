/** kube-proxy's arguments as k3s and RKE2 take them: `kube-proxy-arg`, a list of `flag=value`. */
import { yamlOfJson } from '../config/yaml-object.ts'
import type { OwnersWay } from './platform.ts'
import { asFlags, flagWords, isNothing } from './setting.ts'
import type { Setting } from './setting.ts'
import type { PlatformNode, PlatformScene } from './scene.ts'

/**
 * All arguments after the change, with those that the servers and agents were started with: k3s and RKE2 keep their command line in a
 * node's annotation, a JSON array in which `--kube-proxy-arg` stands before each (pkg/nodeconfig of k3s).
 */
export function kubeProxyArgs(
  wanted: readonly Setting[],
  scene: PlatformScene,
  annotation: string,
): { readonly args: readonly string[] | undefined; readonly refused: OwnersWay['refused'] } {
  const flags = asFlags(wanted, scene)
  if (isNothing(flags)) return { args: undefined, refused: flags.refused }
  const gone = new Set([...flags.values.keys(), ...flags.unset])
  const before = nodeArgs(scene, annotation).filter((arg) => !gone.has(nameIn(arg)))
  return { args: [...before, ...flagWords(flags)], refused: flags.refused }
}

/** `proxy-mode` of `--proxy-mode=ipvs`. */
const nameIn = (arg: string): string => arg.replace(/^-+/, '').replace(/=.*/, '')

/** Of the first node that tells any. */
function nodeArgs({ nodes }: PlatformScene, annotation: string): string[] {
  for (const { annotations } of nodes) {
    const args = argsIn(wordsIn(annotations[annotation]))
    if (args.length > 0) return args
  }
  return []
}

function argsIn(words: readonly string[]): string[] {
  return words.flatMap((word, i) => {
    const [, own] = /^--kube-proxy-arg(?:=(.*))?$/.exec(word) ?? [undefined, undefined]
    if (own !== undefined) return [own]
    const next = words[i + 1]
    return word === '--kube-proxy-arg' && next !== undefined ? [next] : []
  })
}

/** The arguments of one node; undefined where it does not tell its command line, or a server starts no kube-proxy anywhere. */
export function argsOfNode(
  { annotations }: PlatformNode,
  { nodes }: PlatformScene,
  annotation: string,
): readonly string[] | undefined {
  const isDisabled = nodes.some((node) => wordsIn(node.annotations[annotation]).includes('--disable-kube-proxy'))
  return annotations[annotation] === undefined || isDisabled ? undefined : argsIn(wordsIn(annotations[annotation]))
}

function wordsIn(annotation: unknown): string[] {
  try {
    const words: unknown = JSON.parse(typeof annotation === 'string' ? annotation : '[]')
    return Array.isArray(words) ? words.map(String) : []
  } catch {
    return []
  }
}

/** A file of its own beside config.yaml, which it wins over; and the restarts. `units` are systemd's, of servers and of agents. */
export function configFileWay(
  wanted: readonly Setting[],
  scene: PlatformScene,
  {
    annotation,
    folder,
    units,
  }: { readonly annotation: string; readonly folder: string; readonly units: readonly [string, string] },
): Partial<OwnersWay> {
  const { args, refused } = kubeProxyArgs(wanted, scene, annotation)
  if (!args) return { refused }
  const [server, agent] = units
  const path = `${folder}/config.yaml.d/kube-proxy.yaml`
  return {
    files: [{ path, text: yamlOfJson({ 'kube-proxy-arg': args }) }],
    commands: [`sudo systemctl restart ${server}`, `sudo systemctl restart ${agent}`],
    notes: [
      `${path} is to be written on every server and every agent; it wins over kube-proxy-arg in ${folder}/config.yaml`,
      `restart one node after the other: ${server} on servers, ${agent} on agents`,
    ],
    refused,
  }
}
