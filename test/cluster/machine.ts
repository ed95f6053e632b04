/**
 * One machine of the cluster: a process that holds network, process, mount, host name and IPC namespaces of its own.
 * When it ends, the kernel ends all that runs in it and takes the links and mounts away, so nothing else is recorded.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { cacheFolder } from './binaries.ts'
import { isAlive, processId, type ProcessId } from './process-id.ts'
import { run, type RunOptions } from './run.ts'

export interface Machine {
  readonly name: string
  /** What the machine sees as /var/lib; the logs of its daemons are there too. */
  readonly folder: string
  /** The process outside of the namespaces that holds them: killed, it takes the machine with it. */
  readonly holder: ProcessId
}

/** The first process of the machine: says that it is there, then collects what others leave. */
const init = ['sh', '-c', 'echo up; while :; do sleep 3600; done']

const unshare = [
  'unshare',
  '--net',
  '--pid',
  '--mount',
  '--uts',
  '--ipc',
  '--fork',
  '--kill-child=KILL',
  '--mount-proc',
]

export interface MachineOptions {
  /** It goes on when the process that started it ends. */
  readonly lasting: boolean
  /** Aborted: nothing is started any more. */
  readonly signal: AbortSignal
  /** Called as soon as there is something to end. */
  readonly record: (machine: Machine) => void
}

export async function startMachine(name: string, folder: string, options: MachineOptions): Promise<Machine> {
  options.signal.throwIfAborted()
  mkdirSync(folder)
  const [program = '', ...argv] = [...(options.lasting ? [] : ['setpriv', '--pdeathsig', 'KILL']), ...unshare, ...init]
  const child = spawn(program, argv, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  if (child.pid === undefined) throw new Error(`${program} cannot be started`)
  const machine = { name, folder, holder: processId(child.pid) }
  options.record(machine)
  await once(child.stdout, 'readable')
  // at its end there is nothing to read
  if (child.stdout.read() === null) throw new Error(`${name} does not start: ${await text(child.stderr)}`)
  child.stdout.destroy()
  child.stderr.destroy()
  child.unref()
  await runInside(machine, ['hostname', name])
  await ownFolders(machine)
  return machine
}

/** The machine's /run, /var/log and /var/lib; the programs that were built are in /var/lib/bin. */
async function ownFolders(machine: Machine): Promise<void> {
  const binaries = join(machine.folder, 'bin')
  mkdirSync(binaries)
  const mounts = [
    ['--make-rshared', '/'],
    ['--bind', cacheFolder, binaries],
    ['--rbind', machine.folder, '/var/lib'],
    ['-t', 'tmpfs', 'tmpfs', '/run'],
    ['-t', 'tmpfs', 'tmpfs', '/var/log'],
  ]
  for (const mount of mounts) await runInside(machine, ['mount', ...mount])
}

/** The path that a built program has inside of a machine. */
export function builtPath(path: string): string {
  return join('/var/lib/bin', relative(cacheFolder, path))
}

/** The command line that runs a program as one of the machine's own. */
export function inside(machine: Machine, ...command: string[]): [string, string[]] {
  return entering(machine, ['--net', '--pid', '--mount', '--uts', '--ipc'], command)
}

/** The command line that runs a program of this machine in the other one's network. */
export function inNetworkOf(machine: Machine, ...command: string[]): [string, string[]] {
  return entering(machine, ['--net'], command)
}

/** The same for a program that ends with the machine. */
export function boundTo(machine: Machine, ...command: string[]): [string, string[]] {
  return entering(machine, ['--net', '--pid'], command)
}

export async function runInside(machine: Machine, command: string[], options: RunOptions = {}): Promise<string> {
  return run(...inside(machine, ...command), options)
}

/** Nothing else of this process's environment: another network has other proxies. */
const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }

/** Starts a program that runs as long as the machine; what it prints goes to NAME.log in the machine's folder. */
export function startDaemon(machine: Machine, name: string, command: string[]): void {
  const log = openSync(join(machine.folder, `${name}.log`), 'a')
  const [program, argv] = inside(machine, ...command)
  spawn(program, argv, { detached: true, env, stdio: ['ignore', log, log] }).unref()
  closeSync(log)
}

/** Ends the machine and returns when all of its processes have ended. */
export async function endMachine({ holder }: Machine): Promise<void> {
  if (!isAlive(holder)) return
  const first = childrenOf(holder.pid).map(processId)
  process.kill(holder.pid, 'SIGKILL')
  while ([holder, ...first].some(isAlive)) await sleep(20)
}

function entering(machine: Machine, namespaces: readonly string[], command: readonly string[]): [string, string[]] {
  return ['nsenter', [`--target=${firstProcess(machine)}`, ...namespaces, '--', ...command]]
}

/** The id, as this machine sees it, of the other one's first process. */
export function firstProcess({ name, holder }: Machine): number {
  const [first] = childrenOf(holder.pid)
  if (first === undefined) throw new Error(`${name} has ended`)
  return first
}

/** Stops the daemon of that name, and returns what lets it go on. */
export function haltDaemon(machine: Machine, program: string): () => void {
  const id = daemonOf(machine, program)
  // nsenter stops when the program does; stopped, it would not see its end, and the machine would not end
  const starter = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1])
  process.kill(id, 'SIGSTOP')
  return () => {
    for (const one of [starter, id]) process.kill(one, 'SIGCONT')
  }
}

/** The id, as this machine sees it, of the daemon of that name: it is in the other one's namespace of processes. */
function daemonOf(machine: Machine, program: string): number {
  const own = namespaceOf(String(firstProcess(machine)))
  const found = readdirSync('/proc').find(
    (id) => /^\d+$/.test(id) && commandOf(id) === program && namespaceOf(id) === own,
  )
  if (found === undefined) throw new Error(`${machine.name} has no ${program}`)
  return Number(found)
}

/** Of a process that may have ended. */
function namespaceOf(id: string): string | undefined {
  try {
    return readlinkSync(`/proc/${id}/ns/pid`)
  } catch {
    return undefined
  }
}

function commandOf(id: string): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${id}/exe`))
  } catch {
    return undefined
  }
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children.trim().split(' ').filter(Boolean).map(Number)
}
