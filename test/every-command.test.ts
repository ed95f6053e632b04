/** Every command of oclif's manifest as a process that lacks a cluster, a terminal, a stdin, or a reader. Needs `npm run build`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from '@oclif/core'
import { expect } from 'chai'
import { printed, tooLong, unread } from './environment.ts'
import type { Printed } from './environment.ts'
import { clusterCommands, everyCommand, offlineCommands, writingCommands } from './every-command.ts'
import { root } from './kpx.ts'

interface Manifest {
  readonly commands: Readonly<Record<string, Command.Cached>>
}

const { commands } = JSON.parse(readFileSync(`${root}oclif.manifest.json`, 'utf8')) as Manifest

/** The command that words begin with. */
function commandOf(argv: readonly string[]): Command.Cached {
  const ids = [argv.slice(0, 2).join(':'), argv[0] ?? '']
  const [command] = ids.flatMap((id) => commands[id] ?? [])
  expect(command, argv.join(' ')).to.not.equal(undefined)
  return command as Command.Cached
}

const idOf = (argv: readonly string[]): string => commandOf(argv).id

/** Words that are no table, and stay whole: a script, words of a shell, manifests. */
const isTable = (argv: readonly string[]): boolean => !['__complete', 'completion', 'job', 'rbac'].includes(idOf(argv))

const stackLine = /^ +at .*:\d+:\d+\)?$/m

/** ASCII alone and no stack; where the answer is an error, its code and a next step of flags that the command has. */
function expectTold({ exit, stderr, stdout }: Printed, expected: number, argv: readonly string[]): void {
  expect({ exit, stderr: expected === 0 ? stderr : '' }).to.deep.equal({ exit: expected, stderr: '' })
  expect(stdout + stderr)
    .to.match(/^[\t\n -~]*$/)
    .and.not.match(stackLine)
  if (expected === 0) return
  const [, fix = ''] = /^Error: .+ \(KPX1\d\d\d\)\n {2}fix: (.+)\n$/.exec(stderr) ?? []
  expect(fix, stderr).to.not.equal('')
  const flags = Object.keys(commandOf(argv).flags)
  expect(Array.from(fix.matchAll(/(?<!kubectl .*)--([a-z-]+)/g), ([, flag]) => flag)).to.satisfy(
    (named: string[]) => named.every((flag) => flags.includes(flag)),
    `${fix} has flags that are not of ${argv.join(' ')}`,
  )
}

describe('every command', () => {
  const poor = { LANG: 'C', TERM: 'dumb', NO_COLOR: '1', FORCE_COLOR: '1', COLUMNS: '40' }
  const offline = new Set(offlineCommands.map(idOf))
  const readers = [...everyCommand.filter((argv) => !offline.has(idOf(argv))), ...clusterCommands]
  const asked = [...offlineCommands, ...readers, ...writingCommands]
  let home: string
  let refusing: string

  before(() => {
    home = mkdtempSync(join(tmpdir(), 'kpx-every-'))
    refusing = join(home, 'refusing')
    const clusters = [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }]
    const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }]
    // a JSON text is YAML as well
    writeFileSync(refusing, JSON.stringify({ clusters, contexts, 'current-context': 'c', users: [] }))
  })

  after(() => rmSync(home, { recursive: true }))

  it('is here', () => {
    expect([...new Set(asked.map(idOf))].sort()).to.deep.equal(Object.keys(commands).sort())
  })

  it('is asked with a yes, if it is one that asks', () => {
    const asking = Object.values(commands).filter(({ flags }) => 'yes' in flags)
    expect(writingCommands.map(idOf).sort()).to.deep.equal(asking.map(({ id }) => id).sort())
  })

  /** No kubeconfig, no stdin, and a terminal that can do little. */
  async function withoutCluster(argv: readonly string[], words: readonly string[]): Promise<void> {
    const answer = await printed(words, { ...poor, HOME: home })
    // what kpx itself is, version tells all the same
    const lacking = idOf(argv) === 'version' ? 3 : 2
    expectTold(answer, offline.has(idOf(argv)) ? 0 : lacking, argv)
    if (isTable(argv)) expect(tooLong(answer.stdout, 40)).to.deep.equal([])
  }

  /** A server that refuses, and a stdout whose reader has ended. */
  async function withoutReader(argv: readonly string[], words: readonly string[]): Promise<void> {
    const [source, expected] = offline.has(idOf(argv)) ? [[], 0] : [['--kubeconfig', refusing], 3]
    expectTold(await printed([...words, ...source], { HOME: home }, unread), expected, argv)
  }

  async function withoutConsent(argv: readonly string[]): Promise<void> {
    const answer = await printed(argv, { HOME: home })
    expectTold(answer, 2, argv)
    expect(answer.stderr).to.include('--yes')
  }

  for (const argv of asked) {
    const isWriting = writingCommands.includes(argv)
    const words = isWriting ? [...argv, '--yes'] : argv

    it(`says what it lacks: kpx ${words.join(' ')}`, () =>
      Promise.all([
        withoutCluster(argv, words),
        withoutReader(argv, words),
        ...(isWriting ? [withoutConsent(argv)] : []),
      ]))
  }
})
