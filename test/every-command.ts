/** Every command: those that answer from a recording alone, as it is asked about k1.37-iptables, and the others. */
import { captures } from './kpx.ts'

export const capture = `${captures}/k1.37-iptables`

export const everyCommand: readonly (readonly string[])[] = [
  ['services'],
  ['verify'],
  ['status'],
  ['version'],
  ['preflight'],
  ['explain', 'service', 'web-lb', '-n', 'shop'],
  ['explain', 'pod', 'shop/client-9lzwx'],
  ['explain', 'address', '10.244.0.2'],
  ['explain', 'mode', 'iptables'],
  ['explain', 'code', 'KPX3001'],
  ['explain'],
  ['trace', 'outside/node1', 'service/shop/web'],
  ['decode'],
  ['mode', 'get'],
  ['mode', 'check', 'nftables'],
  ['config', 'show'],
  ['config', 'get', 'mode'],
  ['config', 'history'],
  ['config', 'validate'],
]

/** Those that need neither a recording nor a cluster. */
export const offlineCommands: readonly (readonly string[])[] = [
  ['__complete', '--', 'config', 'set', ''],
  ['completion', 'bash'],
  ['explain'],
  ['explain', 'code'],
  ['explain', 'field'],
  ['explain', 'mode', 'ipvs'],
  ['job', '--image', 'registry.example/kpx:1'],
  ['rbac'],
]

/** Those that read what the recording does not have, or write what they read. */
export const clusterCommands: readonly (readonly string[])[] = [
  ['capture', '/nowhere/taken'],
  ['config', 'diff'],
  ['rollout', 'status'],
]

/** Those that change a cluster. */
export const writingCommands: readonly (readonly string[])[] = [
  ['cleanup'],
  ['config', 'restore'],
  ['config', 'set', 'mode=nftables'],
  ['config', 'unset', 'portRange'],
  ['edit', 'configmap'],
  ['edit', 'daemonset'],
  ['mode', 'set', 'nftables'],
  ['rollout', 'restart'],
  ['rollout', 'resume'],
  ['rollout', 'undo'],
]
