/** Faults that are made in a node's kernel, or in how its kube-proxy runs, and what kpx verify has to find of each. */
import { expect } from 'chai'
import type { Verification } from '../../src/answer/verify/verify.ts'
import type { Cluster } from './cluster.ts'
import { run } from './run.ts'

export interface Fault {
  readonly what: string
  /** Makes it, and returns what takes it away again. */
  readonly make: (cluster: Cluster) => Promise<() => Promise<void>>
  /** `KPX3006 node1 default/web`, in order. */
  readonly found: readonly string[]
  /** In the first finding's message. */
  readonly says: string
  /** How long it takes until nothing else is on its way. */
  readonly settle?: string
  readonly flags?: readonly string[] | ((cluster: Cluster) => readonly string[])
}

/** `KPX3006 node1 default/web`; `*` for more than three Services. */
export const foundIn = ({ findings }: Verification): string[] =>
  findings.map(({ affects = [], code, node }) => [code, node, affects.length > 3 ? '*' : affects.join()].join(' '))

type Edit = (text: string) => string

/** What a program prints, edited, is what another reads; the text of before comes back. */
const dumped =
  (node: string, print: readonly string[], read: readonly string[], prepare: Edit, edit: Edit): Fault['make'] =>
  async ({ on }) => {
    const before = await run(...on(node, ...print))
    const edited = edit(before)
    expect(edited, 'the edit').to.not.equal(before)
    const write = async (text: string): Promise<void> =>
      void (await run(...on(node, ...read), { input: prepare(text) }))
    await write(edited)
    return () => write(before)
  }

/** All of iptables' tables of IPv4. */
export const iptables = (node: string, edit: Edit): Fault['make'] =>
  dumped(node, ['iptables-save'], ['iptables-restore'], (text) => text, edit)

/** kube-proxy's own table of IPv4 in nftables mode. */
export const nft = (node: string, edit: Edit): Fault['make'] =>
  dumped(
    node,
    ['nft', 'list', 'table', 'ip', 'kube-proxy'],
    ['nft', '-f', '-'],
    (text) => `delete table ip kube-proxy\n${text}`,
    edit,
  )

/** kpx reads the node with the programs of this machine: kube-proxy's image has no ip. */
export const via =
  (node: string) =>
  ({ on }: Cluster): readonly string[] => {
    const [program, argv] = on(node)
    return ['--via', [program, ...argv].join(' ')]
  }

/** A command, and the one that undoes it. */
export const command =
  (node: string, make: readonly string[], undo: readonly string[]): Fault['make'] =>
  async ({ on }) => {
    await run(...on(node, ...make))
    return async () => void (await run(...on(node, ...undo)))
  }
