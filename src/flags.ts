/** Flags that several commands have, in the groups in which they have them. */
import { Flags } from '@oclif/core'
import { KpxError } from './error.ts'

export const outputs = ['table', 'wide', 'json', 'yaml', 'name'] as const

/** Of commands that ask neither a cluster nor a capture, and whose answers are not cut. */
export const printFlags = {
  output: Flags.string({ char: 'o', summary: 'output format', options: outputs, default: 'table' }),
  'no-color': Flags.boolean({ summary: 'no colour, as with NO_COLOR=1' }),
}

/** Of commands whose answer can be handed on as a page; after the flags that have another `output`. */
export const pageFlags = {
  output: Flags.string({ char: 'o', summary: 'output format', options: [...outputs, 'html'], default: 'table' }),
}

/** Of commands that ask neither, and whose lists may be long. */
export const listFlags = {
  ...printFlags,
  limit: Flags.integer({
    summary: 'rows that table, wide and html show of a long list; 0 shows all',
    helpValue: 'N',
    min: 0,
    default: 20,
  }),
}

/** Which cluster, and as whom. */
export const clusterFlags = {
  kubeconfig: Flags.string({ summary: 'kubeconfig to use (default: KUBECONFIG, ~/.kube/config)', helpValue: 'FILE' }),
  context: Flags.string({ summary: 'context of the kubeconfig to use', helpValue: 'NAME' }),
  as: Flags.string({ summary: 'user to impersonate', helpValue: 'USER' }),
  'request-timeout': Flags.string({
    summary: 'how long the API server and a node may be silent, e.g. 30s',
    helpValue: 'DURATION',
    default: '30s',
  }),
}

/** Of commands that read a capture. */
export const fromFlag = {
  from: Flags.string({ summary: 'read this capture (a folder or .tar.gz) instead of a cluster', helpValue: 'PATH' }),
}

/** Of commands whose answer may be another one in a moment. */
export const watchFlag = {
  watch: Flags.boolean({
    char: 'w',
    summary: 'look again and again, and print what changes',
    relationships: [{ type: 'none', flags: ['from'] }],
  }),
}

/** Of commands that look at a cluster more than once. */
export const settleFlag = {
  settle: Flags.string({
    summary: 'on a cluster, how long what differs may be on its way',
    helpValue: 'DURATION',
    default: '10s',
  }),
}

/** Of commands about many Services. */
export const selectorFlag = {
  selector: Flags.string({
    char: 'l',
    summary: 'Services with these labels only, e.g. app=web,tier!=test',
    helpValue: 'LABELS',
  }),
}

/** Of commands about the configuration, which a DaemonSet is started with. */
export const daemonSetFlag = {
  daemonset: Flags.string({
    summary: 'the DaemonSet that is meant, where several run kube-proxy',
    helpValue: '[NAMESPACE/]NAME',
  }),
}

/** Of commands that read objects and look at no node. */
export const objectFlags = { ...fromFlag, ...clusterFlags, ...printFlags }

/** Which nodes, and how to get at them. */
export const nodeFlags = {
  node: Flags.string({
    summary: 'this node only; may be repeated',
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
  }),
  via: Flags.string({
    summary: "get at nodes by this command line, e.g. 'ssh {node} sudo'; {address} is the node's IP",
    helpValue: 'COMMAND',
  }),
  'allow-debug-pods': Flags.boolean({
    summary: 'make a debug pod, and delete it, on a node that kpx cannot see otherwise',
  }),
  'debug-image': Flags.string({ summary: "image of debug pods (default: kube-proxy's)", helpValue: 'IMAGE' }),
}

/** Of commands whose objects have no namespace. */
export const unscopedFlags = {
  ...fromFlag,
  local: Flags.boolean({
    summary: 'look at this machine alone and ask no API: what has a name is known by its address only',
    exclusive: ['from', 'kubeconfig', 'context'],
  }),
  ...clusterFlags,
  ...nodeFlags,
  ...listFlags,
}

export const sharedFlags = {
  ...unscopedFlags,
  namespace: Flags.string({
    char: 'n',
    summary: 'namespace of the object (default: default; services, verify and explain code: all)',
    helpValue: 'NAME',
  }),
  'all-namespaces': Flags.boolean({
    char: 'A',
    summary: 'all namespaces, as services and verify do',
    exclusive: ['namespace'],
  }),
}

/** Go's durations as kubectl takes them: `30s`, `2m`, `500ms`, or seconds without a unit. */
export function milliseconds(duration: string, flag = 'request-timeout'): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(duration)
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? 's'] ?? 1000
  const value = Number(match?.[1]) * unit
  if (value > 0) return value
  throw new KpxError('KPX1001', `"${duration}" is no time-out`, { fix: `write for example --${flag} 30s` })
}
