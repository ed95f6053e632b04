/** The documents that commands print about a recording. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dumpsOf, summarise } from '../../src/answer/decode.ts'
import { sceneOf } from '../../src/answer/scene.ts'
import type { Scene } from '../../src/answer/scene.ts'
import { readCapture } from '../../src/capture/read.ts'
import { isDecoded } from '../../src/decode/index.ts'
import { json } from '../../src/view/json.ts'
import { brokenCapture, replaced } from '../broken-capture.ts'
import { captures, kpx, root } from '../kpx.ts'
import { explanations } from './explained.ts'
import type { Document } from './schemas.ts'

export const recordings = readdirSync(captures).filter((file) => file.startsWith('k'))

async function documentOf(...argv: string[]): Promise<Document> {
  return JSON.parse((await kpx(...argv, '-o', 'json')).stdout) as Document
}

/** Of commands that need no recording. */
export const documentsOfNone = async (): Promise<Document[]> => [
  await documentOf('explain'),
  await documentOf('explain', 'mode', 'nftables'),
  await documentOf('explain', 'code'),
  await documentOf('explain', 'code', 'KPX3001'),
  await documentOf('explain', 'field', 'detectLocal.bridgeInterface'),
  await documentOf('explain', 'field'),
  await documentOf('version', '--client'),
  await documentOf('preflight', '--list'),
  await documentOf('preflight', `${root}test/config/examples/config-map.yaml`),
  await documentOf('config', 'validate', `${root}test/config/examples/config-map.yaml`),
]

export async function documentsOf(recording: string): Promise<Document[]> {
  const path = `${captures}/${recording}`
  const from = ['--from', path]
  const scene = sceneOf(await readCapture(path))
  const dumps = readdirSync(`${path}/nodes`, { recursive: true, encoding: 'utf8' }).filter(isDecoded)
  return [
    await documentOf('services', ...from),
    await documentOf('status', ...from),
    await documentOf('mode', 'get', ...from),
    await documentOf('version', ...from),
    await documentOf('mode', 'check', 'nftables', ...from),
    await documentOf('mode', 'check', 'userspace', ...from),
    await documentOf('preflight', '--mode', 'nftables', '--kubernetes', '1.40', ...from),
    await documentOf('preflight', ...from),
    await documentOf('decode', ...from),
    await documentOf('decode', ...dumps.map((file) => `${path}/nodes/${file}`)),
    await traced(flowsIn(scene), from),
    await documentOf('explain', 'service', 'shop/web', ...from),
    ...(await explanations(scene)).map(printed),
  ]
}

/** Clusters of platforms, of which no node was looked at. */
export async function documentsOfPlatforms(): Promise<Document[]> {
  const folder = `${root}test/platform/fixtures`
  const documents: Document[] = []
  // one after the other: what each writes is captured
  for (const id of readdirSync(folder)) documents.push(await documentOf('status', '--from', `${folder}/${id}`))
  for (const words of [['config', 'show'], ['explain']]) {
    documents.push(await documentOf(...words, '--from', `${folder}/aks`))
  }
  return documents
}

/** A node that translates to an endpoint which is gone, and has a file in which nothing can be read. */
export async function documentsOfBrokenNode(): Promise<Document[]> {
  const capture = await brokenCapture('k1.37-iptables', {
    'nodes/node1/iptables-save.txt': (text) => replaced(text, /10\.244\.0\.2:8080/g, '10.244.0.99:8080'),
    'nodes/node1/ipset-save.txt': () => 'nonsense\n',
  })
  return [...(await explanations(sceneOf(capture))), summarise(dumpsOf(capture, []))].map(printed)
}

const printed = (document: object): Document => JSON.parse(json(document)) as Document

/** To every Service, NodePorts and addresses that are no Service's, from one kind of sender after the other. */
function flowsIn({ capture, cluster }: Scene): string[] {
  const services = cluster.services.filter(({ clusterIPs }) => clusterIPs.length > 0)
  const destinations = [
    ...services.map(({ name, namespace }) => `service/${namespace}/${name}`),
    ...capture.nodes.map((node) => `node/${node}:30517`),
    `node/${capture.nodes[0]}:9`,
    '192.0.2.1:80',
    '203.0.113.10:80',
    'udp/[2001:db8::1]:53',
    'sctp/127.0.0.1:9',
  ]
  const client = cluster.pods.find(({ name }) => name.startsWith('client-'))
  const nodes = cluster.nodes.map(({ name }) => name)
  const sources = [`pod/shop/${client?.name}`, `node/${nodes[0]}`, `outside/${nodes.at(-1)}`]
  return destinations.map((destination, i) => `${sources[i % sources.length]} ${destination}`)
}

async function traced(flows: readonly string[], from: readonly string[]): Promise<Document> {
  const folder = mkdtempSync(join(tmpdir(), 'kpx-'))
  try {
    writeFileSync(join(folder, 'flows'), flows.join('\n'))
    return await documentOf('trace', '--flows', join(folder, 'flows'), ...from)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
