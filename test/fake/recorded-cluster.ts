/** A recording played as a live cluster: its lists page by page, its files as what commands in kube-proxy's pods print. */
import { existsSync, readFileSync } from 'node:fs'
import { captures } from '../kpx.ts'
import type { Ran, Script } from './api-server.ts'

const lists: Readonly<Record<string, string>> = {
  '/api/v1/services': 'services',
  '/api/v1/pods': 'pods',
  '/api/v1/nodes': 'nodes',
  '/apis/discovery.k8s.io/v1/endpointslices': 'endpointslices',
}

/** What is recorded as one object. */
const objects: Readonly<Record<string, string>> = {
  '/api/v1/namespaces/kube-system/configmaps/kube-proxy': 'configmaps',
  '/version': 'version',
}

const served: Readonly<Record<string, string>> = {
  '10249/proxyMode': 'proxyMode.txt',
  '10249/metrics': 'metrics.txt',
  '10256/healthz': 'healthz.json',
}

/** What the upstream image of kube-proxy has not. */
const missing = ['ipvsadm', 'sysctl']

const files: Readonly<Record<string, string>> = {
  'ip -j addr': 'ip-addr.json',
  'ip -j route show table all': 'ip-route.json',
  'ip -6 -j route show table all': 'ip6-route.json',
  'iptables-nft-save': 'iptables-save.txt',
  'ip6tables-nft-save': 'ip6tables-save.txt',
  'ipset save': 'ipset-save.txt',
}

/** The fields of objects that the tests look at. */
interface Recorded {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly spec: { readonly nodeName?: string }
}

export const itemsOf = (recording: string, list: string): readonly Recorded[] =>
  (JSON.parse(readFileSync(`${captures}/${recording}/objects/${list}.json`, 'utf8')) as { items: Recorded[] }).items

const objectOf = (recording: string, name: string): unknown =>
  JSON.parse(readFileSync(`${captures}/${recording}/objects/${name}.json`, 'utf8'))

/** Three objects a page where the usual number is asked for, so that every list has several pages. */
export function recordedCluster(recording: string): Required<Pick<Script, 'exec' | 'forward' | 'get'>> {
  const nodeOf = new Map(itemsOf(recording, 'pods').map(({ metadata, spec }) => [metadata.name, spec.nodeName]))
  const nodeFile = (pod: string, file: string): string =>
    `${captures}/${recording}/nodes/${nodeOf.get(pod) ?? ''}/${file}`
  return {
    get: (url) => {
      const log = /^\/api\/v1\/namespaces\/kube-system\/pods\/([^/]+)\/log$/.exec(url.pathname)
      if (log) return { body: readFileSync(nodeFile(log[1] ?? '', 'kube-proxy.log'), 'utf8') }
      if (url.pathname === '/api/v1/namespaces/kube-system/pods') return { body: { items: [] } }
      if (url.pathname === '/apis/apps/v1/daemonsets') return { body: { items: [objectOf(recording, 'daemonsets')] } }
      const object = objects[url.pathname]
      if (object !== undefined) return { body: objectOf(recording, object) }
      const list = lists[url.pathname]
      if (list === undefined) return undefined
      const items = itemsOf(recording, list)
      const from = Number(url.searchParams.get('continue') ?? 0)
      const to = url.searchParams.get('limit') === '500' ? from + 3 : items.length
      const next = to < items.length ? String(to) : ''
      return { body: { kind: 'List', metadata: { continue: next }, items: items.slice(from, to) } }
    },
    forward: (pod, port, path) => {
      const file = nodeFile(pod, served[`${port}${path}`] ?? 'none')
      if (!existsSync(file)) return undefined
      return `HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n${readFileSync(file, 'utf8')}`
    },
    exec: (pod, words) => printed(`${captures}/${recording}/nodes/${nodeOf.get(pod) ?? ''}`, words),
  }
}

function printed(folder: string, words: readonly string[]): Ran {
  const [name = ''] = words
  if (missing.includes(name)) return { missing: name }
  if (name === 'grep') return asGrep(folder, words.slice(3))
  if (name === 'nft') return asNft(readFileSync(`${folder}/nft-list-ruleset.txt`, 'utf8'), words.slice(1).join(' '))
  const file = `${folder}/${files[words.join(' ')] ?? 'none'}`
  return existsSync(file) ? { stdout: readFileSync(file) } : { missing: name }
}

/** `nft -t list sets`, of tables that have some only in nftables mode, and `nft list table FAMILY NAME`. */
function asNft(ruleset: string, words: string): Ran {
  const tables = ruleset.match(/^table .*\n(?:[^}].*\n|\n)*\}\n/gm) ?? []
  if (words === 'list ruleset') return { stdout: ruleset }
  if (words === '-t list sets') {
    return { stdout: tables.map((table) => `${table.split('\n')[0] ?? ''}\n${setsOf(table)}}\n`).join('') }
  }
  const table = tables.find((text) => text.startsWith(`${words.slice('list '.length)} {\n`))
  return table === undefined
    ? { stdout: '', stderr: 'Error: No such file or directory', exitCode: 1 }
    : { stdout: table }
}

const setsOf = (table: string): string =>
  Array.from(table.matchAll(/^\tset .*\n(?:\t\t(?!elements).*\n)*/gm), ([head]) => `${head}\t}\n`).join('')

/** `grep -H '' PATH...` of the files in /proc that are recorded. */
function asGrep(folder: string, paths: readonly string[]): Ran {
  const sysctls = readFileSync(`${folder}/sysctl.txt`, 'utf8')
  let [stdout, stderr] = ['', '']
  for (const path of paths) {
    const recorded = `${folder}/${path.slice(1).replaceAll('/', '-')}.txt`
    const setting = new RegExp(`^${path.slice('/proc/sys/'.length)} = .*$`, 'm').exec(sysctls)?.[0]
    if (setting !== undefined) stdout += `${path}:${setting.slice(setting.indexOf(' = ') + 3)}\n`
    else if (existsSync(recorded)) stdout += readFileSync(recorded, 'utf8').replaceAll(/^(?=.)/gm, `${path}:`)
    else stderr += `grep: ${path}: No such file or directory\n`
  }
  return { stdout, stderr, exitCode: stderr === '' ? 0 : 2 }
}
