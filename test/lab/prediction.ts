/** What kpx says of a packet, in the words of what a packet meets. */
import type { Capture } from '../../src/capture/capture.ts'
import { evaluate } from '../../src/evaluate/evaluate.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Scene } from '../../src/answer/scene.ts'
import { parseDestination } from '../../src/answer/destination.ts'
import { outcomeOf } from '../../src/answer/outcome.ts'
import type { Outcome } from '../../src/answer/outcome.ts'
import { parseSource } from '../../src/answer/source.ts'
import { nodeName, nodeObject, podObjects } from './network.ts'
import type { Sent } from './packets.ts'

/** As a folder that `--from` reads would be. */
export function captureOf(files: Readonly<Record<string, string>>): Capture {
  const lists: Readonly<Record<string, readonly unknown[]>> = {
    nodes: [nodeObject],
    pods: podObjects,
    services: [],
    endpointslices: [],
  }
  return {
    name: 'lab',
    path: 'lab',
    flags: '--from lab',
    nodes: [nodeName],
    file: (_node, name) => (files[name] === undefined ? undefined : Buffer.from(files[name])),
    files: () => Object.keys(files).toSorted(),
    blind: () => [],
    reached: () => undefined,
    list: (name) => lists[name],
  }
}

export const sceneBy = (files: Readonly<Record<string, string>>): Scene => sceneOf(captureOf(files))

export function outcomesOf({ from, to }: Sent, scene: Scene): Outcome[] {
  const [sender] = parseSource(from, 'lab', scene, [nodeName])
  const [destination] = parseDestination(to, 'lab', scene)
  if (!sender || !destination) throw new Error(`${from} to ${to}: nobody`)
  return evaluate(sender.source, destination, scene.network).map(outcomeOf)
}

/** ICMP types and codes by the names of REJECT and of nft (nft_reject.h, ipt_REJECT.c). */
const refusals: Readonly<Record<string, string>> = {
  'net-unreachable': '3/0',
  'host-unreachable': '3/1',
  'proto-unreachable': '3/2',
  'prot-unreachable': '3/2',
  'port-unreachable': '3/3',
  'net-prohibited': '3/9',
  'host-prohibited': '3/10',
  'admin-prohibited': '3/13',
}

const refusals6: Readonly<Record<string, string>> = {
  'no-route': '1/0',
  'adm-prohibited': '1/1',
  'admin-prohibited': '1/1',
  'addr-unreachable': '1/3',
  'host-unreachable': '1/3',
  'port-unreachable': '1/4',
  'policy-fail': '1/5',
  'reject-route': '1/6',
}

/** Everything that a packet may meet that does what the outcome says, the likeliest first. */
export function meetings({ sourceKept, sourceSeen, endpoint, verdict, why }: Outcome, sent: Sent): string[] {
  const source = sourceSeen ?? (sourceKept && sent.source !== '' ? sent.source : '*')
  switch (verdict) {
    case 'deliver':
      return ['left', 'local'].map((where) => `${where} ${source} ${endpoint?.ip} ${endpoint?.port}`)
    case 'forward':
      return [`left ${source} ${sent.destination} ${sent.port}`]
    case 'local':
      return [`local ${source} ${sent.destination} ${sent.port}`]
    case 'drop':
      // of those that the kernel drops without a rule it tells some senders
      return why.startsWith('dropped by ') ? ['nothing'] : ['nothing', 'icmp *', 'errno *']
    case 'reject':
      // a reset from 127.0.0.1 does not leave the node
      return [refusedBy(why, sent), ...(isLoopback(sent) ? ['nothing'] : [])]
    case 'unknown':
      return ['*']
  }
}

const isLoopback = ({ destination }: Sent): boolean => destination.startsWith('127.')

function refusedBy(why: string, { destination }: Sent): string {
  const how = /^refused \(([^)]*)\)/.exec(why)?.[1] ?? ''
  if (how.includes('reset')) return 'reset'
  const name = how.replace(/^icmp[6vx]*[- ]/, '').replace(/^(?:type )/, '')
  const codes = destination.includes(':') ? refusals6 : refusals
  const code = codes[name] ?? (how.startsWith('icmpx') && name === 'no-route' ? '3/0' : undefined)
  if (code === undefined) throw new Error(`${how} is no refusal that the lab knows`)
  return `icmp ${code}`
}
