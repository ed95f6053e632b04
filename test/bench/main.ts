/**
 * `npm run bench`: what kpx takes as a whole process, beside a baseline of the same run on the same dump. Rules come from a generator
 * that test/bench/iptables-save.test.ts holds to a recording. Prints a table and writes the figures to the file named by --out.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from '../kpx.ts'
import { unable } from '../cluster/able.ts'
import { changeKubeProxy } from '../cluster/kube-proxy.ts'
import { kubernetesVersion } from '../cluster/built.ts'
import { iptablesSave } from './iptables-save.ts'
import { liveServices, printing, upWithServices } from './live.ts'
import { nftScript } from './nft-script.ts'
import { measure } from './process.ts'
import type { Measured } from './process.ts'
import { benchServices, podNetwork, writeCapture } from './services.ts'

interface Figure {
  readonly what: string
  readonly kpx: Measured
  readonly baseline: Measured & { readonly what: string }
  readonly ratio: number
  /** What the ratio, or the difference in seconds, is meant not to exceed. */
  readonly wanted: string
}

const { values } = parseArgs({
  options: { out: { type: 'string', default: 'bench.json' }, runs: { type: 'string', default: '5' } },
})
const runs = Number(values.runs)
const kpx = [process.execPath, join(root, 'bin/run.js')]
const folder = mkdtempSync(join(tmpdir(), 'kpx-bench-'))
const figures: Figure[] = []
const skipped: string[] = []

const print = (line: string): void => void process.stdout.write(`${line}\n`)

function add(what: string, wanted: string, own: Measured, baselineWhat: string, baseline: Measured): void {
  const ratio = own.seconds / baseline.seconds
  figures.push({ what, kpx: own, baseline: { what: baselineWhat, ...baseline }, ratio, wanted })
  const memory = own.memory === null ? '' : `, ${own.memory.toFixed(0)} MiB`
  print(
    `${what}: ${own.seconds.toFixed(2)} s${memory}; ${baselineWhat}: ${baseline.seconds.toFixed(2)} s; ` +
      `ratio ${ratio.toFixed(3)} (wanted: ${wanted})`,
  )
}

const has = (...command: string[]): boolean =>
  spawnSync(command[0] ?? '', command.slice(1), { stdio: 'ignore' }).status === 0
const inNamespace = ['unshare', '--net']
const countLines =
  'const b = require("fs").readFileSync(process.argv[1]); let n = 0; for (let i = b.indexOf(10); i >= 0; i = b.indexOf(10, i + 1)) n++'

function captureOf(services: number, endpoints: number): { path: string; dump: string } {
  const path = join(folder, `${services}x${endpoints}`)
  const all = benchServices(services, endpoints)
  writeCapture(path, all, { 'iptables-save.txt': iptablesSave(all, podNetwork) })
  return { path, dump: join(path, 'nodes/node1/iptables-save.txt') }
}

async function startUp(): Promise<void> {
  const nothing = await measure([process.execPath, '-e', '0'], 4 * runs)
  add('start-up (kpx --version)', '80 ms more', await measure([...kpx, '--version'], 4 * runs), 'node -e 0', nothing)
}

async function iptablesDump(): Promise<void> {
  const { dump, path } = captureOf(10_000, 10)
  const explain = [...kpx, 'explain', 'service', 'team-1/service-1', '--from', path]
  const counting = await measure([process.execPath, '-e', countLines, dump], runs)
  add('explain service of 10,000 x 10', '3, or 0.4 s', await measure(explain, runs), 'counting its lines', counting)
  if (!has(...inNamespace, 'iptables-restore', '--version')) {
    skipped.push('iptables-restore --test: needs root and iptables')
    return
  }
  const restore = await measure([...inNamespace, 'iptables-restore', '--test', dump], Math.ceil(runs / 2))
  const named = 'iptables-restore --test'
  add('decode of 10,000 x 10', '1/8 and 350 MiB', await measure([...kpx, 'decode', dump], runs), named, restore)
  const services = await measure([...kpx, 'services', '--from', path], runs)
  add('services of 10,000 x 10', '1/8 and 350 MiB', services, named, restore)
  const small = captureOf(5_000, 4)
  const smallRestore = await measure([...inNamespace, 'iptables-restore', '--test', small.dump], runs)
  add(
    'services of 5,000 x 4',
    '2',
    await measure([...kpx, 'services', '--from', small.path], runs),
    named,
    smallRestore,
  )
}

async function nftTable(): Promise<void> {
  const all = benchServices(5_000, 4)
  const script = join(folder, 'services.nft')
  writeFileSync(script, nftScript(all, podNetwork))
  const list = `nft -f ${script} && nft list ruleset`
  const listed = spawnSync('unshare', ['--net', 'sh', '-c', list], { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (listed.status !== 0) {
    skipped.push('nft -j list table: needs root and nft')
    return
  }
  const path = join(folder, 'nft')
  writeCapture(path, all, { 'nft-list-ruleset.txt': listed.stdout, 'proxyMode.txt': 'nftables' })
  const services = await measure([...kpx, 'services', '--from', path], runs)
  add('services of an nft table of 5,000 x 4', '1/2', services, 'nft -j list table', await nftPrinting(script))
}

/** In a network namespace that has the rules, and lasts as long as its shell waits for more to read. */
async function nftPrinting(script: string): Promise<Measured> {
  const holder = spawn('unshare', ['--net', 'sh', '-c', `nft -f ${script} && echo loaded && read -r line`])
  try {
    await once(holder.stdout, 'data')
    const inside = ['nsenter', `--net=/proc/${holder.pid}/ns/net`]
    return await measure([...inside, 'nft', '-j', 'list', 'table', 'ip', 'kube-proxy'], runs)
  } finally {
    holder.stdin.end()
    await once(holder, 'close')
  }
}

async function growth(): Promise<void> {
  const one = await measure([...kpx, 'services', '--from', captureOf(1_000, 10).path], runs)
  for (const services of [2_000, 5_000, 10_000, 20_000]) {
    const many = await measure([...kpx, 'services', '--from', captureOf(services, 10).path], Math.ceil(runs / 2))
    add(`services of ${services} x 10`, `${services / 1000}, linear`, many, 'of 1,000 x 10', one)
  }
}

/** Both nodes at once, as kpx asks them. */
async function liveCluster(): Promise<void> {
  const reason = unable()
  if (reason !== undefined) {
    skipped.push(`services of a cluster: ${reason}`)
    return
  }
  const services = liveServices(1_000, 5)
  const cluster = await upWithServices(services)
  try {
    for (const mode of ['iptables', 'nftables'] as const) {
      await changeKubeProxy(cluster, { version: kubernetesVersion, mode })
      const print = await printing(cluster, mode, services)
      const own = await measure([...kpx, 'services', '--kubeconfig', cluster.kubeconfig], runs)
      const what = `services of 1,000 x 5 in ${mode} mode, 2 nodes live`
      add(what, '1.5', own, 'kubectl exec that prints the rules', await measure(print, runs))
    }
  } finally {
    await cluster.down()
  }
}

try {
  for (const part of [startUp, iptablesDump, nftTable, growth, liveCluster]) await part()
  for (const why of skipped) print(`skipped: ${why}`)
  writeFileSync(values.out, JSON.stringify({ node: process.version, runs, figures, skipped }, null, 2) + '\n')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
