/** What users type: sources and destinations of packets, and files of them. */
import { parseFlows } from '../../src/answer/flows.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Scene } from '../../src/answer/scene.ts'
import { readCapture } from '../../src/capture/read.ts'
import { captures } from '../kpx.ts'
import { checkTrace, refusable } from './check-capture.ts'
import { mutate } from './mutate.ts'
import type { Random } from './random.ts'
import type { Input } from './targets.ts'

const words = [
  'pod/shop/client-1',
  'node/node1',
  'outside',
  'outside/node1/203.0.113.9',
  'service/shop/web:http',
  'svc/dns',
  'shop/web:80',
  'tcp/10.96.0.1:443',
  '[fd00:10:96::1]:443/UDP',
  'node/node1:30517',
  '10.244.0.2',
  '#',
  '/',
  ':',
  '%eth0',
]

let scene: Promise<Scene> | undefined

export async function namesInput(random: Random): Promise<Input> {
  const known = await (scene ??= readCapture(`${captures}/k1.37-nftables`).then(sceneOf))
  const text = Array.from({ length: random.skewed(4) }, () => `${random.pick(words)} ${random.pick(words)}\n`).join('')
  const bytes = mutate(Buffer.from(text), random, { words, other: () => Buffer.from(text) }).subarray(0, 4096)
  return {
    files: new Map([['flows.txt', bytes]]),
    read: () => {
      const flows = refusable(() => parseFlows(bytes.toString('utf8'), 'flows.txt')) ?? []
      for (const { from, to } of flows.slice(0, 20)) checkTrace(from, to, known)
    },
  }
}
