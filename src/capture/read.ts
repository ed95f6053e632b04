/** Reads a capture from wherever it is: a folder, an archive, or a folder of one node's dumps. */
import { open, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { KpxError } from '../error.ts'
import { archiveTree } from './archive.ts'
import type { Blind, Capture, Reached } from './capture.ts'
import { folderTree } from './folder.ts'
import { parseJsonList } from './json-list.ts'
import { isStep } from './tree.ts'
import type { Tree } from './tree.ts'

/** Any of these makes a folder one node's: named after the command that printed them. */
const dumps = [
  'iptables-save.txt',
  'ip6tables-save.txt',
  'iptables-legacy-save.txt',
  'ip6tables-legacy-save.txt',
  'nft-list-ruleset.txt',
  'nft-list-ruleset.json',
  'nft-list-table.txt',
  'ipvsadm-save.txt',
  'ipvsadm-list.txt',
  'proc-net-ip_vs.txt',
  'ipset-save.txt',
]

/** Throws KPX1002 not found or not readable, KPX1003 not a capture, KPX1004 truncated or corrupt archive. */
export async function readCapture(path: string): Promise<Capture> {
  const tree = await openTree(path)
  const top = new Map(tree.list('').map((entry) => [entry.name, entry.folder]))
  if (top.get('nodes') === true || top.get('capture.json') === false) return captureOf(tree)
  if (dumps.some((name) => top.get(name) === false)) return singleNode(tree)
  throw notACapture(path, 'it has neither capture.json nor nodes/ nor dumps of a node such as iptables-save.txt')
}

async function openTree(path: string): Promise<Tree> {
  try {
    const about = await stat(path)
    if (about.isDirectory()) return folderTree(path)
    // whoever opens a pipe that nobody writes to waits for ever
    if (!about.isFile()) throw notACapture(path, noFile)
    const head = await firstBytes(path)
    // RFC 1952: the magic number of gzip
    if (head[0] === 0x1f && head[1] === 0x8b) return await archiveTree(path, true)
    // POSIX ustar: the magic stands at offset 257
    if (head.toString('latin1', 257, 262) === 'ustar') return await archiveTree(path, false)
  } catch (error) {
    if (error instanceof KpxError) throw error
    throw new KpxError('KPX1002', notReadable(path, error), { cause: error })
  }
  throw notACapture(path, noFile)
}

const noFile = 'it is neither a folder nor a tar archive'

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function notReadable(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return `capture ${path === '' ? '""' : path} does not exist`
  if (code === 'EACCES') return `capture ${path} cannot be read: permission denied`
  return `capture ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`
}

function notACapture(path: string, why: string): KpxError {
  return new KpxError('KPX1003', `${path} is not a capture: ${why}`)
}

function captureOf(tree: Tree): Capture {
  const about = description(tree)
  const folders = tree.list('nodes').flatMap(({ name, folder }) => (folder ? [name] : []))
  return {
    name: about.name ?? nameOf(tree.path),
    path: tree.path,
    flags: `--from ${tree.path}`,
    ...(about.takenAt === undefined ? {} : { takenAt: about.takenAt }),
    nodes: [...new Set([...about.nodes, ...folders])].sort(),
    isPart: about.isPart,
    file: (node, name) => (isStep(node) && isStep(name) ? tree.read(`nodes/${node}/${name}`) : undefined),
    files: (node) => (isStep(node) ? filesIn(tree, `nodes/${node}`) : []),
    list: listsOf(tree),
    blind: (node) => about.blind.flatMap((one) => (one.node === node ? [one.spot] : [])),
    reached: (node) => about.reached.get(node),
  }
}

function singleNode(tree: Tree): Capture {
  const name = nameOf(tree.path)
  return {
    name,
    path: tree.path,
    flags: `--from ${tree.path}`,
    nodes: [name],
    file: (node, file) => (node === name && isStep(file) ? tree.read(file) : undefined),
    files: (node) => (node === name ? filesIn(tree, '') : []),
    list: listsOf(tree),
    blind: () => [],
    reached: () => undefined,
  }
}

function filesIn(tree: Tree, folder: string): string[] {
  return tree.list(folder).flatMap(({ name, folder: isFolder }) => (isFolder ? [] : [name]))
}

function listsOf(tree: Tree): Capture['list'] {
  return (name) => {
    const file = `objects/${name}.json`
    const bytes = isStep(name) ? tree.read(file) : undefined
    return bytes && parseJsonList(bytes, `${tree.path}/${file}`)
  }
}

function nameOf(path: string): string {
  return basename(resolve(path)).replace(/\.(tar\.gz|tgz|tar)$/, '')
}

interface Description {
  readonly name?: string
  readonly takenAt?: string
  readonly nodes: readonly string[]
  readonly isPart: boolean
  readonly blind: readonly { readonly node: string; readonly spot: Blind }[]
  readonly reached: ReadonlyMap<string, Reached>
}

/** capture.json as far as it can be read: the folders say enough without it. */
function description(tree: Tree): Description {
  let json: Record<string, unknown> = {}
  try {
    const value: unknown = JSON.parse(tree.read('capture.json')?.toString('utf8') ?? '{}')
    if (typeof value === 'object' && value !== null) json = value as Record<string, unknown>
  } catch {
    return { nodes: [], isPart: false, blind: [], reached: new Map() }
  }
  const { blind, isPart, name, nodes, reached, takenAt } = json
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof takenAt === 'string' ? { takenAt } : {}),
    nodes: Array.isArray(nodes) ? nodes.filter((node): node is string => typeof node === 'string' && isStep(node)) : [],
    isPart: isPart === true,
    blind: Array.isArray(blind) ? blind.flatMap(blindSpotOf) : [],
    reached: new Map(Array.isArray(reached) ? reached.flatMap(reachedOf) : []),
  }
}

function blindSpotOf(value: unknown): Description['blind'] {
  const { file, fix, node, why } = Object(value) as Record<string, unknown>
  if (typeof node !== 'string' || typeof file !== 'string' || typeof why !== 'string') return []
  return [{ node, spot: { file, why, ...(typeof fix === 'string' && { fix }) } }]
}

const ways: readonly unknown[] = ['exec', 'debug-pod', 'local', 'via'] satisfies Reached['way'][]

function reachedOf(value: unknown): [string, Reached][] {
  const { instead, node, through, way } = Object(value) as Record<string, unknown>
  if (typeof node !== 'string' || typeof through !== 'string' || !ways.includes(way)) return []
  return [[node, { way: way as Reached['way'], through, ...(typeof instead === 'string' && { instead }) }]]
}
