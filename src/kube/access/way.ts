/** A way to get at a node: commands run there as words, without a shell, in the node's own network. */
import type { Blind, Reached } from '../../capture/capture.ts'
import type { ExecResult } from '../exec.ts'
import type { ClusterNode } from './cluster-node.ts'

/** Why there is no way, and the next step where there is one. */
export type NoWay = Omit<Blind, 'file'>

/** Of one node. Its methods throw a KpxError where the node cannot be asked any more. */
export interface Way {
  /** What answers say about it. */
  readonly through: string
  /** Programs that are known not to be there; nodes with the same image have them in common. */
  readonly missing: Set<string>
  /** Commands run on the node itself, and see its processes and files. */
  readonly onHost: boolean
  /** A command that fails is an answer; it changes nothing, for it may be run again. */
  run(words: readonly string[]): Promise<ExecResult>
  /** A command that changes something, run once; it reads `stdin`, or nothing. Throws as well where it is not known whether it has run. */
  change(words: readonly string[], stdin?: string): Promise<ExecResult>
  /** A GET from the node's loopback, where kube-proxy serves its mode: the body, or undefined where there is none to be had. */
  get(port: number, path: string): Promise<Buffer | undefined>
  /** Leaves nothing behind. */
  close(): Promise<void>
}

/** One of the ways, for any node. */
export interface Access {
  readonly way: Reached['way']
  /** What is told before the reason why a node cannot be reached so. */
  readonly label: string
  /**
   * Prepares for all nodes that are still to be looked at, if there are any; what it returns opens the way to one of them, says why it cannot, or says
   * nothing where nobody would expect it to. That may throw a KpxError.
   */
  prepare(nodes: readonly ClusterNode[]): Promise<(node: ClusterNode) => Promise<Way | NoWay | undefined>>
}

/** Of a way that leaves nothing behind anyhow. */
export const nothingToClose = async (): Promise<void> => undefined
