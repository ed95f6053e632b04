/** The user's own way: `ssh {node} sudo`, before each command. */
import { basename } from 'node:path'
import { KpxError } from '../../error.ts'
import type { ExecResult } from '../exec.ts'
import { quoted, splitWords } from '../../command-words.ts'
import { isOf } from './cluster-node.ts'
import type { ClusterNode } from './cluster-node.ts'
import { machineAddresses } from './machine-addresses.ts'
import { runProgram } from './program.ts'
import { nothingToClose } from './way.ts'
import type { Room } from '../room.ts'
import type { Access, Way } from './way.ts'

/** `patience` is in milliseconds. Throws KPX1001 where the line is none. */
export function viaAccess(line: string, patience: number, room: Room): Access {
  const words = splitWords(line)
  const [program] = words ?? []
  if (words === undefined || program === undefined || program === '') {
    const fix = "write for example --via 'ssh {node} sudo'"
    throw new KpxError('KPX1001', `--via "${line}" is no command line`, { fix })
  }
  return {
    way: 'via',
    label: `--via ${basename(program)}`,
    prepare: async () => async (node) => {
      const own = words.map((word) => filled(word, node))
      const way = through(own, patience, room)
      await checkMachine(way, node)
      return way
    },
  }
}

/** Names and addresses come from the cluster, and none of them is taken for an option. */
const harmless = /^[A-Za-z0-9][A-Za-z0-9.:-]*$/

function filled(word: string, node: ClusterNode): string {
  return word.replaceAll(/\{(node|address)\}/g, (_, what: string) => {
    const value = what === 'node' ? node.name : node.ips[0]
    if (value !== undefined && harmless.test(value)) return value
    const why = value === undefined ? 'the Node has no InternalIP' : `"${value}" is no host`
    throw new KpxError('KPX1022', `{${what}} cannot be filled in: ${why}`)
  })
}

/** As ssh ends where it does not get to the other side. */
const notThere = 255

function through(before: readonly string[], patience: number, room: Room): Way {
  // the words after the host are joined with blanks and read by the shell of the other side (ssh(1))
  const isReadByShell = before.some((word) => basename(word) === 'ssh')
  const run = async (words: readonly string[], stdin?: string): Promise<ExecResult> => {
    const result = await runProgram([...before, ...(isReadByShell ? words.map(quoted) : words)], patience, room, stdin)
    if (result.exitCode !== notThere) return result
    throw new KpxError('KPX1022', lastLine(result) || `exit code ${notThere}`)
  }
  return {
    through: basename(before[0] ?? ''),
    missing: new Set(),
    onHost: true,
    run: (words) => run(words),
    change: run,
    async get(port, path) {
      const { exitCode, stdout } = await run(['curl', '-sf', `http://127.0.0.1:${port}${path}`])
      return exitCode === 0 ? stdout : undefined
    },
    close: nothingToClose,
  }
}

/** That commands get there at all, and that it is this node: an answer about another machine would be worse than none. */
async function checkMachine(way: Way, node: ClusterNode): Promise<void> {
  const trie = await way.run(['cat', '/proc/net/fib_trie'])
  if (trie.exitCode !== 0) {
    throw new KpxError(
      'KPX1022',
      `cat /proc/net/fib_trie: ${lastLine(trie) || trie.failure || `exit code ${trie.exitCode}`}`,
    )
  }
  const inet6 = await way.run(['cat', '/proc/net/if_inet6'])
  if (isOf(node, machineAddresses(trie.stdout, inet6.stdout))) return
  const wanted = node.ips.length === 0 ? 'and the Node has no InternalIP' : `none of which is ${node.ips.join(' or ')}`
  throw new KpxError('KPX1022', `the machine that it leads to has other addresses, ${wanted}`)
}

const lastLine = ({ stderr }: ExecResult): string => stderr.split('\n').at(-1) ?? ''
