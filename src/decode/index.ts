/** Every decoder, by the name that the capture format gives to a file of its kind. */
import { decodeConntrack } from './conntrack.ts'
import { decodeIpSetSave } from './ipset-save.ts'
import { decodeIptablesSave } from './iptables-save.ts'
import { decodeIpvsadmList, decodeIpvsadmSave } from './ipvsadm.ts'
import { decodeModprobe } from './modprobe.ts'
import { decodeIpAddr, decodeIpRoute } from './network.ts'
import { decodeNftJson } from './nft/json.ts'
import { decodeNftText } from './nft/text.ts'
import { decodeProcNetDev } from './proc-net-dev.ts'
import { decodeProcNetFibTrie } from './proc-net-fib-trie.ts'
import { decodeProcNetIfInet6 } from './proc-net-if-inet6.ts'
import { decodeProcNetIpVs } from './proc-net-ip-vs.ts'
import { decodeProcNetIpv6Route } from './proc-net-ipv6-route.ts'
import { decodeProcNetRoute } from './proc-net-route.ts'
import { looksLikeJson, sniff } from './sniff.ts'
import type { LineReport, SourceFile } from './source.ts'
import { decodeSysClassNetBrport } from './sys-class-net-brport.ts'
import { decodeSysctl } from './sysctl.ts'
import { decodeSystemctlShow } from './systemctl-show.ts'
import { decodeToolVersion } from './tool-version.ts'

interface Decoder {
  /** Without extension. */
  readonly name: string
  readonly reports: (source: SourceFile) => readonly LineReport[]
}

/** Sorted by name. */
const decoders: readonly Decoder[] = [
  { name: 'conntrack', reports: (source) => [decodeConntrack(source).report()] },
  { name: 'conntrack-ipv6', reports: (source) => [decodeConntrack(source).report()] },
  { name: 'ip-addr', reports: (source) => [decodeIpAddr(source).report()] },
  { name: 'ip-route', reports: (source) => decodeIpRoute([source]).reports() },
  { name: 'ip6-route', reports: (source) => decodeIpRoute([source]).reports() },
  {
    name: 'ip6tables-legacy-save',
    reports: (source) => [decodeIptablesSave(source, 'ip6', 'iptables-legacy').report()],
  },
  { name: 'ip6tables-save', reports: (source) => [decodeIptablesSave(source, 'ip6', 'iptables-nft').report()] },
  { name: 'ipset-save', reports: (source) => [decodeIpSetSave(source).report()] },
  { name: 'ipset-version', reports: (source) => [decodeToolVersion(source).report()] },
  {
    name: 'iptables-legacy-save',
    reports: (source) => [decodeIptablesSave(source, 'ip', 'iptables-legacy').report()],
  },
  { name: 'iptables-save', reports: (source) => [decodeIptablesSave(source, 'ip', 'iptables-nft').report()] },
  { name: 'iptables-version', reports: (source) => [decodeToolVersion(source).report()] },
  { name: 'ipvsadm-list', reports: (source) => [decodeIpvsadmList(source).report()] },
  { name: 'ipvsadm-save', reports: (source) => [decodeIpvsadmSave(source).report()] },
  { name: 'modprobe', reports: (source) => [decodeModprobe(source).report()] },
  {
    name: 'nft-list-ruleset',
    reports: (source) => [(looksLikeJson(source.text) ? decodeNftJson(source) : decodeNftText(source)).report()],
  },
  { name: 'nft-list-sets', reports: (source) => [decodeNftText(source).report()] },
  { name: 'nft-list-table', reports: (source) => [decodeNftText(source).report()] },
  { name: 'nft-version', reports: (source) => [decodeToolVersion(source).report()] },
  { name: 'proc-net-dev', reports: (source) => [decodeProcNetDev(source).report()] },
  { name: 'proc-net-fib_trie', reports: (source) => [decodeProcNetFibTrie(source).report()] },
  { name: 'proc-net-if_inet6', reports: (source) => [decodeProcNetIfInet6(source).report()] },
  { name: 'proc-net-ip_vs', reports: (source) => [decodeProcNetIpVs(source).report()] },
  { name: 'proc-net-ipv6_route', reports: (source) => [decodeProcNetIpv6Route(source).report()] },
  { name: 'proc-net-route', reports: (source) => [decodeProcNetRoute(source).report()] },
  { name: 'sys-class-net-brport', reports: (source) => [decodeSysClassNetBrport(source).report()] },
  { name: 'sysctl', reports: (source) => [decodeSysctl(source).report()] },
  { name: 'sysctl-devices', reports: (source) => [decodeSysctl(source).report()] },
  { name: 'systemctl-show', reports: (source) => [decodeSystemctlShow(source).report()] },
]

/** What the decoder says that the file's name, or else its beginning, calls for; `undefined` where there is none. */
export function reportsOf(source: SourceFile): readonly LineReport[] | undefined {
  const decoder = decoderOf(source.name) ?? decoderOf(sniff(source.text) ?? '')
  return decoder?.reports(source)
}

export const isDecoded = (file: string): boolean => decoderOf(file) !== undefined

export const decodedNames: readonly string[] = decoders.map(({ name }) => name)

function decoderOf(file: string): Decoder | undefined {
  const base = file.slice(file.lastIndexOf('/') + 1).replace(/\.\w+$/, '')
  return decoders.find(({ name }) => name === base)
}
