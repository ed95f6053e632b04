/** A live cluster as a capture: everything that an answer may need is read before, and then answers as a recording does. */
import type { Blind, Capture } from '../capture/capture.ts'
import { KpxError } from '../error.ts'
import type { Connection } from './connection.ts'
import { exec } from './exec.ts'
import type { Container, ExecResult } from './exec.ts'
import { kubeProxyPods } from './kube-proxy-pods.ts'
import type { KubeProxyPod } from './kube-proxy-pods.ts'
import { brportFile, nodeFiles } from './node-files.ts'
import type { NodeFile } from './node-files.ts'
import { listObjects } from './objects.ts'
import { getFromPod } from './pod-http.ts'
import { Pool } from './pool.ts'
import { resources } from './resource.ts'

/** Nodes that are looked at together, and commands on one of them. */
const mostNodes = 16
const mostCommands = 6

interface NodeRecord {
  readonly files: ReadonlyMap<string, Buffer>
  readonly blind: readonly Blind[]
}

/** `nodes`: those alone, where any are named. */
export async function liveCapture(connection: Connection, nodes: readonly string[] | undefined): Promise<Capture> {
  const [services, endpointslices, pods, nodeObjects] = await Promise.all([
    listObjects(connection, resources.services),
    listObjects(connection, resources.endpointSlices),
    listObjects(connection, resources.pods),
    listObjects(connection, resources.nodes),
  ])
  const proxies = kubeProxyPods(pods)
  const pool = new Pool(mostNodes)
  const records = new Map<string, NodeRecord>()
  const wanted = nodeObjects.flatMap(nameOf).filter((name) => nodes === undefined || nodes.includes(name))
  await Promise.all(
    wanted.map((name) => pool.run(async () => void records.set(name, await recordOf(proxies.get(name), connection)))),
  )
  const lists: Readonly<Record<string, readonly unknown[]>> = { services, endpointslices, pods, nodes: nodeObjects }
  return {
    name: connection.context,
    path: connection.server,
    flags: connection.flags,
    takenAt: new Date().toISOString(),
    nodes: wanted.sort(),
    file: (node, file) => records.get(node)?.files.get(file),
    files: (node) => [...(records.get(node)?.files.keys() ?? [])].sort(),
    list: (name) => (Object.hasOwn(lists, name) ? lists[name] : undefined),
    blind: (node) => records.get(node)?.blind ?? [],
  }
}

const nameOf = (object: unknown): string[] => {
  const { metadata } = Object(object) as { metadata?: { name?: unknown } }
  return typeof metadata?.name === 'string' ? [metadata.name] : []
}

/** A node that cannot be looked at is blind; it does not end the run. */
async function recordOf(pod: KubeProxyPod | undefined, connection: Connection): Promise<NodeRecord> {
  const files = new Map<string, Buffer>()
  if (!pod) return { files, blind: [{ file: 'kube-proxy', why: 'no pod of kube-proxy runs on this node' }] }
  const blind: Blind[] = []
  const pool = new Pool(mostCommands)
  let lost: string | undefined
  const keep = (file: string, read: () => Promise<Buffer | string | undefined>): Promise<void> =>
    pool.run(async () => {
      // a node that hangs costs one time-out, not one for each command
      if (lost !== undefined) return
      try {
        const bytes = await read()
        if (Buffer.isBuffer(bytes)) files.set(file, bytes)
        else if (bytes !== undefined) blind.push({ file, why: bytes })
      } catch (error) {
        lost ??= whyLost(error)
      }
    })
  await Promise.all([
    ...nodeFiles.map((one) => keep(one.file, () => readFile(one, pod, connection))),
    keep('proxyMode.txt', () => readMode(pod, connection)),
  ])
  const devices = deviceNames(files.get('proc-net-dev.txt'))
  if (devices.length > 0 && !files.has('ip-addr.json')) {
    const ports = brportFile(devices)
    await keep(ports.file, () => readFile(ports, pod, connection))
  }
  if (lost !== undefined) blind.push({ file: pod.pod, why: lost })
  return { files, blind: folded(blind) }
}

/** `eth0` of the line `  eth0: 0 0 ...`. */
const deviceNames = (dev: Buffer | undefined): string[] =>
  Array.from(dev?.toString('utf8').matchAll(/^ *([^\s:|]+):/gm) ?? [], ([, name = '']) => name)

/** What cannot be seen for one reason is told once. */
function folded(spots: readonly Blind[]): Blind[] {
  const files = new Map<string, string[]>()
  for (const { file, why } of spots) files.set(why, [...(files.get(why) ?? []), file].sort())
  return [...files].map(([why, own]) => ({ file: own.join(', '), why })).sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** The bytes; or why they cannot be had, where they are missed. Throws where the pod cannot be asked at all. */
async function readFile(
  { commands, file, missed }: NodeFile,
  pod: Container,
  connection: Connection,
): Promise<Buffer | string | undefined> {
  let failed: string | undefined
  for (const { exitCodes = [], text, words } of commands) {
    const result = await exec(connection, pod, words)
    if (hasPrinted(result, exitCodes)) return text ? text(result.stdout) : result.stdout
    if (!isMissing(result)) failed ??= `${words.join(' ')}: ${firstLine(result)}`
  }
  if (missed === undefined || failed !== undefined) return missed && failed
  return missed === 'always' ? `${pod.pod} has no ${commands.at(-1)?.words[0] ?? file}` : undefined
}

/** Where kube-proxy serves /proxyMode unless told otherwise (metricsBindAddress). */
const metricsPort = 10249

const readMode = (pod: Container, connection: Connection): Promise<Buffer | string | undefined> =>
  getFromPod(connection, pod, metricsPort, '/proxyMode').catch((error: unknown) => {
    // the mode is worth less than the rules
    if (error instanceof KpxError) return error.message
    throw error
  })

/** Whoever complains has not printed all. */
const hasPrinted = ({ exitCode, stderr }: ExecResult, exitCodes: readonly number[]): boolean =>
  exitCode === 0 || (exitCode !== undefined && exitCodes.includes(exitCode) && stderr === '')

/** What this user may not do anywhere is worth an error; what one node cannot do is not. */
function whyLost(error: unknown): string {
  if (!(error instanceof KpxError) || error.code === 'KPX1014' || error.code === 'KPX1015') throw error
  return error.message
}

/** Container runtimes say so in words (runc, crun, containerd's shim, CRI-O). */
const isMissing = ({ exitCode, failure }: ExecResult): boolean =>
  (exitCode === undefined || exitCode === 126 || exitCode === 127) &&
  /executable file not found|no such file or directory|not found in \$PATH|exit code 12[67]/.test(failure)

const firstLine = ({ exitCode, failure, stderr }: ExecResult): string | undefined =>
  (stderr || failure || `exit code ${exitCode ?? 'unknown'}`).split('\n')[0]
