/**
 * The Ruleset's nouns, in netfilter's own words. One node has one Ruleset: every table of every tool together with the
 * ipsets, the IPVS virtual servers and what is known of its addresses and routes.
 */
import type { IpFamily } from './address.ts'
import type { IpSet } from './ipset.ts'
import type { FilledTemplate, IptablesRule } from './iptables.ts'
import type { VirtualServers } from './ipvs.ts'
import type { Interface, Route } from './network.ts'
import type { NftElement, NftRule, NftSet } from './nft.ts'

/** A place in a file of the capture; lines count from 1. */
export interface At {
  readonly file: string
  readonly line: number
}

export type TableFamily = 'arp' | 'bridge' | 'inet' | 'ip' | 'ip6' | 'netdev'
export type HookName = 'egress' | 'forward' | 'ingress' | 'input' | 'output' | 'postrouting' | 'prerouting'
export type Protocol = 'SCTP' | 'TCP' | 'UDP'

/** Where a base chain is attached; `priority` is the kernel's number (enum nf_ip_hook_priorities, linux/netfilter_ipv4.h). */
export interface BaseHook {
  readonly type: 'filter' | 'nat' | 'route'
  readonly hook: HookName
  readonly priority: number
  readonly policy: 'accept' | 'drop'
}

/** A rule that the decoder could not read: the evaluator stops at it. */
export interface UnknownRule {
  readonly tool: 'unknown'
  readonly why: string
}

export interface Rule {
  readonly at: At
  /** The line as the tool printed it, without indent. */
  readonly text: string
  readonly body: IptablesRule | NftRule | UnknownRule
  /** What the body of an iptables rule is made of: quicker to compile. Its words hold until another rule is read. */
  readonly filled?: FilledTemplate | undefined
}

export interface Chain {
  readonly name: string
  readonly at: At
  readonly base?: BaseHook
  /** Decoded on first use. */
  readonly rules: readonly Rule[]
  /** The dump ends inside or before this chain, so rules may be missing after the last one. */
  readonly cut?: At
}

/** By name, in the order of the dump. */
export interface Chains extends ReadonlyMap<string, Chain> {
  /** Those that have a base, where that is known without making all. */
  readonly bases?: readonly Chain[]
}

/** A rule of a table, or an element of one of its sets with its text as nft prints it. */
export type Found =
  | { readonly chain: string; readonly rule: Rule }
  | {
      readonly set: Pick<NftSet, 'map' | 'name' | 'type'>
      readonly element: NftElement
      readonly at: At
      readonly text: string
    }

export interface Table {
  readonly family: TableFamily
  readonly name: string
  /** Who keeps it in the kernel: nf_tables by nft, nf_tables by iptables, or ip_tables (x_tables). */
  readonly tool: 'iptables-legacy' | 'iptables-nft' | 'nft'
  readonly at: At
  /** Place among nf_tables' tables, which nft lists in the order of their making; undefined where no list tells. */
  readonly order?: number
  readonly chains: Chains
  readonly sets: ReadonlyMap<string, NftSet>
  /** Every rule and element that holds the text. Read anew and not kept: as values, 300,000 rules take a gigabyte. */
  search(text: string): readonly Found[]
}

/** Something of the node that kpx could not see or read, and what that means. */
export interface Blind {
  readonly file: string
  readonly why: string
}

export interface Ruleset {
  readonly tables: readonly Table[]
  /** By name; `undefined` when ipsets were not recorded. */
  readonly ipsets: ReadonlyMap<string, IpSet> | undefined
  /** `undefined` when IPVS was not recorded. */
  readonly virtualServers: VirtualServers | undefined
  /** The mode that kube-proxy says it runs in; undefined where that was not recorded. */
  readonly mode: string | undefined
  readonly interfaces: readonly Interface[]
  /** Whether they are told with all their addresses in order, which /proc/net does not. */
  readonly interfacesWhole: boolean
  /** Whether it is told which of them are ports of bridges. */
  readonly portsRecorded: boolean
  /** The families whose local addresses were recorded and could be read. */
  readonly addressed: ReadonlySet<IpFamily>
  readonly routes: readonly Route[]
  /** The families whose routes were recorded and could be read. */
  readonly routed: ReadonlySet<IpFamily>
  /** `net/ipv4/ip_forward` -> `1`. */
  readonly sysctls: ReadonlyMap<string, string>
  /** The families whose rules were recorded and could be read: without, no outcome is known. */
  readonly seen: ReadonlySet<'ip' | 'ip6'>
  readonly blind: readonly Blind[]
}
