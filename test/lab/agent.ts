/** The process in the lab's namespace, which the kernel takes away with it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { ownBinary } from '../cluster/binaries.ts'
import { fixedSysctls, links, networkScript, sysctlFile } from './network.ts'

export interface Program {
  readonly argv: readonly string[]
  readonly input?: string
}

interface Ended {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** One packet, sent `count` times as the first one of so many connections. */
export interface Packet {
  /** Empty where the node itself sends. */
  readonly link: string
  readonly to: string
  readonly protocol: 'TCP' | 'UDP'
  /** Empty where the node itself sends. */
  readonly source: string
  readonly destination: string
  readonly port: number
  readonly count: number
}

export interface Request {
  /** Files and what is written to them, first. */
  readonly write?: readonly (readonly [string, string])[]
  readonly run?: readonly Program[]
  readonly packets?: readonly Packet[]
  /** What is emptied before each packet: lists of -m recent, and sets of nft by family, table and name. */
  readonly lists?: readonly string[]
  readonly sets?: readonly (readonly [string, string, string])[]
  readonly patienceMs?: number
}

interface Answer {
  readonly ended: readonly Ended[]
  /** By packet: `left eth0 SOURCE DESTINATION PORT`, `local SOURCE DESTINATION PORT`, `reset`, `icmp TYPE/CODE`, `errno ...` or `nothing`. */
  readonly met: readonly Readonly<Record<string, number>>[]
}

export interface Agent {
  ask(request: Request): Promise<Answer>
  end(): Promise<void>
}

const source = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const sources = [
  source('agent.go'),
  source('packet.go'),
  source('link.go'),
  source('socket.go'),
  source('forget.go'),
] as const

/** In a namespace of its own, with the node's network made. */
export async function startAgent(): Promise<Agent> {
  const argv = ['--pdeathsig', 'KILL', 'unshare', '--net', await ownBinary(...sources), ...links]
  const child = spawn('setpriv', argv, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const agent: Agent = {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const { done, value } = await lines.next()
      if (done === true) throw new Error('the agent has ended')
      return JSON.parse(value) as Answer
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
  child.stdin.on('error', () => undefined)
  await makeNetwork(agent)
  return agent
}

async function makeNetwork(agent: Agent): Promise<void> {
  const write = Object.entries(fixedSysctls).map(([name, value]) => [sysctlFile(name), value] as const)
  const { ended } = await agent.ask({ write, run: [{ argv: ['ip', '-batch', '-'], input: networkScript }] })
  const failed = ended.find(({ exit }) => exit !== 0)
  if (failed) throw new Error(`the lab's network cannot be made: ${failed.stderr}`)
}
