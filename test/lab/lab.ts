/** One namespace with its rules of the moment: loads rulesets, records them, and sends packets through. */
import type { Outcome } from '../../src/answer/outcome.ts'
import { startAgent } from './agent.ts'
import type { Agent, Packet, Program, Request } from './agent.ts'
import { builtIn } from './iptables.ts'
import { connectionsFor, disagreement, isUnknown } from './comparison.ts'
import type { Met } from './comparison.ts'
import { fixedSysctls, sysctlFile, targetMac } from './network.ts'
import type { Sent } from './packets.ts'
import { outcomesOf, sceneBy } from './prediction.ts'
import type { Ruleset, Script } from './ruleset.ts'

export type Files = Readonly<Record<string, string>>

/** A flow about which kpx is wrong. */
export interface Wrong {
  readonly sent: Sent
  readonly outcomes: readonly Outcome[]
  readonly met: Met
  readonly how: string
}

export interface Result {
  /** Why the kernel does not take the rules. */
  readonly refused?: string
  readonly files: Files
  readonly flows: number
  readonly connections: number
  readonly unknown: readonly string[]
  readonly wrong: readonly Wrong[]
}

const firstPatienceMs = 2
const secondPatienceMs = 150

export class Lab {
  readonly #agent: Agent
  /** What never changes. */
  readonly #files: Files
  /** What is there, and must go before other rules come. */
  #legacy = new Set<string>()
  #hasSets = false

  private constructor(agent: Agent, files: Files) {
    this.#agent = agent
    this.#files = files
  }

  static async start(): Promise<Lab> {
    const agent = await startAgent()
    const commands = {
      'ip-addr.json': ['ip', '-j', 'addr'],
      'ip-route.json': ['ip', '-j', 'route', 'show', 'table', 'all'],
      'ip6-route.json': ['ip', '-6', '-j', 'route', 'show', 'table', 'all'],
    }
    const { ended } = await agent.ask({ run: Object.values(commands).map((argv) => ({ argv })) })
    return new Lab(agent, Object.fromEntries(Object.keys(commands).map((name, i) => [name, ended[i]?.stdout ?? ''])))
  }

  end(): Promise<void> {
    return this.#agent.end()
  }

  /** What is recorded of the node with these rules; a text where the kernel does not take them. */
  async load({ recorded, scripts, sysctls }: Ruleset): Promise<Files | string> {
    const loading = [
      ...this.#clearing(),
      ...scripts.map(({ argv, lines }) => ({ argv, input: `${lines.join('\n')}\n` })),
    ]
    const recording = Object.values(recorded).map((argv) => ({ argv }))
    this.#note(scripts)
    const { ended } = await this.#agent.ask({
      write: Object.entries(sysctls).map(([name, value]) => [sysctlFile(name), value]),
      run: [...loading, ...recording],
    })
    const failed = ended.findIndex(({ exit }) => exit !== 0)
    if (failed >= 0)
      return `${(loading[failed] ?? recording[failed - loading.length])?.argv.join(' ')}: ${ended[failed]?.stderr}`
    const sysctl = Object.entries({ ...fixedSysctls, ...sysctls }).map(([name, value]) => `${name} = ${value}\n`)
    const printed = Object.keys(recorded).map((name, i) => [name, ended[loading.length + i]?.stdout ?? ''] as const)
    const hasIptables = printed.some(([name]) => name.includes('tables'))
    return {
      ...this.#files,
      'sysctl.txt': sysctl.join(''),
      ...Object.fromEntries(printed),
      ...(!hasIptables && { 'proxyMode.txt': 'nftables\n' }),
    }
  }

  #clearing(): Program[] {
    const legacy = [...this.#legacy].map((argv0) => ({ argv: [argv0, '--wait', '10'], input: emptyTables }))
    return [
      { argv: ['nft', 'flush', 'ruleset'] },
      ...legacy,
      ...(this.#hasSets ? [{ argv: ['ipset', 'destroy'] }] : []),
    ]
  }

  #note(scripts: readonly Script[]): void {
    const programs = scripts.map(({ argv: [program = ''] }) => program)
    this.#legacy = new Set(programs.filter((program) => program.includes('legacy')))
    this.#hasSets = programs.includes('ipset')
  }

  async try(ruleset: Ruleset): Promise<Result> {
    const files = await this.load(ruleset)
    const { packets } = ruleset
    const none = { flows: 0, connections: 0, unknown: [], wrong: [], files: {} }
    if (typeof files === 'string') return { ...none, refused: files }
    const scene = sceneBy(files)
    const said = packets.map((sent) => ({ sent, outcomes: outcomesOf(sent, scene) }))
    const known = said.filter(({ outcomes }) => !isUnknown(outcomes))
    const unknown = said.flatMap(({ outcomes }) => outcomes.find(({ verdict }) => verdict === 'unknown')?.why ?? [])
    const memory = memoryOf(ruleset)
    const first = await this.#wrongOf(known, memory, firstPatienceMs)
    const wrong = first.length > 0 ? await this.#wrongOf(first, memory, secondPatienceMs) : []
    const connections = known.reduce((sum, { outcomes }) => sum + connectionsFor(outcomes), 0)
    return { files, flows: packets.length, connections, unknown, wrong }
  }

  /** Whether kpx is still wrong about a packet. */
  async isWrong(ruleset: Ruleset, sent: Sent): Promise<boolean> {
    const files = await this.load(ruleset)
    if (typeof files === 'string') return false
    const outcomes = outcomesOf(sent, sceneBy(files))
    return (
      !isUnknown(outcomes) &&
      (await this.#wrongOf([{ sent, outcomes }], memoryOf(ruleset), secondPatienceMs)).length > 0
    )
  }

  async #wrongOf(
    said: readonly Pick<Wrong, 'outcomes' | 'sent'>[],
    memory: Memory,
    patienceMs: number,
  ): Promise<Wrong[]> {
    if (said.length === 0) return []
    const packets = said.map(({ outcomes, sent }) => packetOf(sent, connectionsFor(outcomes)))
    const { met } = await this.#agent.ask({ packets, patienceMs, ...memory })
    return said.flatMap(({ outcomes, sent }, i) => {
      const own = met[i] ?? {}
      const how = disagreement(outcomes, own, sent)
      return how === undefined ? [] : [{ sent, outcomes, met: own, how }]
    })
  }
}

type Memory = Required<Pick<Request, 'lists' | 'sets'>>

/** The lists and sets that rules write to. */
function memoryOf({ scripts }: Ruleset): Memory {
  const lists = new Set<string>()
  const sets: [string, string, string][] = []
  let table: [string, string] = ['', '']
  let name = ''
  for (const line of scripts.flatMap(({ lines }) => lines)) {
    for (const [, list = ''] of line.matchAll(/-m recent .*?--name (\S+)/g)) lists.add(list)
    const [, family = '', ofTable = ''] = /^table (\S+) (\S+) \{$/.exec(line) ?? []
    if (ofTable !== '') table = [family, ofTable]
    name = /^\tset (\S+) \{$/.exec(line)?.[1] ?? name
    if (/^\t\tflags .*dynamic/.test(line)) sets.push([...table, name])
  }
  return { lists: [...lists], sets }
}

const emptyTables = Object.entries(builtIn)
  .map(([name, hooks]) => `*${name}\n${hooks.map((hook) => `:${hook} ACCEPT [0:0]\n`).join('')}COMMIT\n`)
  .join('')

const packetOf = ({ destination, host, port, protocol, source }: Sent, count: number): Packet => ({
  link: host?.link ?? '',
  to: targetMac(host, destination),
  protocol,
  source,
  destination,
  port,
  count,
})
