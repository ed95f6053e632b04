/** Fields at the top of the configuration. */
import { cidrFamily } from '../address.ts'
import { nearest } from '../../nearest.ts'
import type { Field, Refusal, Rule } from '../field.ts'
import { acceptedModes } from '../accepted-modes.ts'
import { anIp, anIpAndPort, cidrs, ipBlocks, itemsOf, positive, within } from '../rules.ts'
import { asText } from '../value.ts'

const mode: Rule = {
  upstream: 'Mode.ProxyMode',
  must: 'iptables, ipvs, nftables or empty (each where its release has it)',
  refusals: (value, { gates, minor }) => {
    const modes = acceptedModes(minor, gates)
    if (value === '' || modes.includes(asText(value))) return []
    const list = modes.join(minor >= 28 ? ', ' : ',')
    const meant = nearest(
      asText(value).toLowerCase(),
      modes.map((name) => ({ name })),
    )?.name
    return [
      {
        detail: `must be ${list} or blank (blank means the best-available proxy [currently iptables])`,
        must: `one of ${modes.join(', ')}, or empty${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      },
    ]
  },
}

const primaryAlone: Rule = {
  upstream: 'NodePortAddresses',
  since: '1.31',
  until: '1.36',
  must: 'a list of CIDRs, or primary alone',
  refusals: (value) => {
    const items = itemsOf(value)
    const refusals: Refusal[] = []
    for (const [item, text] of items.entries()) {
      if (text === 'primary') {
        if (items.length === 1) continue
        return [...refusals, { item, detail: "can't use both 'primary' and CIDRs" }]
      }
      if (cidrFamily(text) === undefined) refusals.push({ item, detail: 'must be a valid CIDR' })
    }
    return refusals
  },
}

const keywords = ['primary', 'localhost', 'all']

const keywordsAndCidrs: Rule = {
  upstream: 'NodePortAddresses',
  since: '1.37',
  must: 'a list of CIDRs and of the words primary, localhost and all, each once',
  refusals: (value) =>
    itemsOf(value).flatMap((text, item, items): Refusal[] => {
      if (keywords.includes(text))
        return items.indexOf(text) < item ? [{ item, kind: 'Duplicate value', detail: `"${text}"` }] : []
      const detail = "must be a valid CIDR or one of the keywords 'primary', 'localhost', 'all'"
      return cidrFamily(text) === undefined ? [{ item, detail }] : []
    }),
}

const previousMinor: Rule = {
  upstream: 'ShowHiddenMetricsForVersion',
  must: 'empty or the minor before that of kube-proxy, such as 1.33 for 1.34',
  refusals: (value, { minor }) => {
    const only = `1.${minor - 1}`
    const detail = `must be omitted or have the value '${only}'`
    return value === '' || value === only ? [] : [{ detail }]
  },
}

const portRange: Rule = {
  upstream: 'PortRange',
  until: '1.30',
  must: 'empty or a range of ports: 300-2000, 300+1700 or 300',
  refusals: (value) =>
    isPortRange(asText(value).trim()) ? [] : [{ detail: 'must be a valid port range (e.g. 300-2000)' }],
}

/** As apimachinery's PortRange.Set: signs are part of numbers, except where they divide them. */
function isPortRange(text: string): boolean {
  if (text === '') return true
  const [, low = '', divider, high = ''] = /^(\d*)([-+]?)(.*)$/.exec(text) ?? []
  if (divider === '') return /^\d+$/.test(text) && Number(text) <= mostPort
  const number = divider === '-' ? /^\+?\d+$/ : /^-?\d+$/
  if (!/^\d+$/.test(low) || !number.test(high) || high.includes('+') || (divider === '+' && high.includes('-')))
    return false
  const end = divider === '-' ? Number(high) : Number(low) + Number(high)
  return Number(low) <= mostPort && end <= mostPort && end >= Number(low)
}

const mostPort = 65_535

export const generalFields: readonly Field[] = [
  {
    path: 'bindAddress',
    type: 'string',
    does: "What kube-proxy takes for the node's own primary address, and by that for the primary IP family.",
    notes: [
      "It binds nothing, whatever its name says. 0.0.0.0 and :: name no address: the Node object's is taken.",
      'It decides whether the default of healthzBindAddress and metricsBindAddress is IPv4 or IPv6.',
    ],
    onNode: "the address of the node's Node object",
    default: '0.0.0.0',
    flags: [{ name: 'bind-address' }],
    rules: [anIp({ upstream: 'BindAddress' })],
  },
  {
    path: 'bindAddressHardFail',
    type: 'boolean',
    does: 'Whether kube-proxy exits where the ports of its own servers (health, metrics) are taken.',
    notes: ['Without it kube-proxy tries again every 5 seconds, for ever.'],
    flags: [{ name: 'bind-address-hard-fail' }],
  },
  {
    path: 'configSyncPeriod',
    type: 'duration',
    does: 'How often the objects of the API are gone through anew, from memory.',
    notes: ['It is not how often this configuration is read: kube-proxy reads that once, when it starts.'],
    default: '15m0s',
    flags: [{ name: 'config-sync-period' }],
    rules: [positive({ upstream: 'ConfigSyncPeriod' })],
  },
  {
    path: 'enableProfiling',
    type: 'boolean',
    does: 'Serves /debug/pprof at metricsBindAddress.',
    flags: [{ name: 'profiling' }],
  },
  {
    path: 'featureGates',
    type: 'gates',
    does: 'Switches features on and off by name.',
    notes: [
      'kube-proxy exits on a name that its release does not have, and on a gate that is locked to the other value: check it before an upgrade.',
      'Gates of other programs of Kubernetes are known too.',
    ],
    flags: [{ name: 'feature-gates' }],
  },
  {
    path: 'healthzBindAddress',
    type: 'string',
    does: 'Where kube-proxy serves /healthz and /livez.',
    notes: [
      'Load balancers of clouds ask port 10256 on every node.',
      'A bare address gets the port 10256. With an IPv6 bindAddress the default is [::]:10256.',
    ],
    default: '0.0.0.0:10256',
    flags: [{ name: 'healthz-bind-address' }],
    rules: [anIpAndPort({ upstream: 'HealthzBindAddress' }, true)],
  },
  {
    path: 'hostnameOverride',
    type: 'string',
    does: "The name of this node's Node object, where it is not the hostname.",
    notes: ['The flag wins over the file.'],
    onNode: 'the hostname, in lower case',
    flags: [{ name: 'hostname-override', wins: true }],
  },
  {
    path: 'metricsBindAddress',
    type: 'string',
    does: 'Where kube-proxy serves /metrics, /proxyMode and /configz.',
    notes: [
      'At 127.0.0.1 no other machine reads the metrics; at 0.0.0.0 everybody who reaches the node does.',
      'A bare address gets the port 10249. With an IPv6 bindAddress the default is [::1]:10249.',
    ],
    default: '127.0.0.1:10249',
    flags: [{ name: 'metrics-bind-address' }],
    rules: [anIpAndPort({ upstream: 'MetricsBindAddress' })],
  },
  {
    path: 'mode',
    type: 'string',
    does: 'How kube-proxy programs the node: iptables, ipvs or nftables on Linux, kernelspace on Windows.',
    notes: [
      'Empty means iptables on Linux until 1.39; the plan for 1.40 is nftables. kube-proxy 1.37 warns where it is empty.',
      'Lower case alone is understood. kpx explain mode MODE tells what each does.',
    ],
    flags: [{ name: 'proxy-mode' }],
    words: ['iptables', 'ipvs', 'nftables'],
    rules: [mode],
    sources: ['https://github.com/kubernetes/enhancements/issues/5343'],
  },
  {
    path: 'nodePortAddresses',
    type: 'strings',
    does: "Which of the node's addresses NodePorts answer at: CIDRs, and words for them since 1.31.",
    notes: [
      'Empty: all of them in iptables and ipvs mode; in nftables mode the primary ones since 1.30.',
      'primary: the addresses of the Node object (1.31). localhost and all, and any mixture: 1.37.',
      'A list without CIDRs of one IP family leaves all addresses of that family.',
    ],
    os: 'Linux',
    flags: [{ name: 'nodeport-addresses' }],
    words: keywords,
    rules: [
      ipBlocks({ upstream: 'NodePortAddresses', until: '1.19' }),
      cidrs({ upstream: 'NodePortAddresses', since: '1.20', until: '1.30' }),
      primaryAlone,
      keywordsAndCidrs,
    ],
    sources: ['https://github.com/kubernetes/enhancements/issues/6032'],
  },
  {
    path: 'oomScoreAdj',
    type: 'int32',
    does: 'How ready the kernel is to end kube-proxy when memory runs out: -1000 never, 1000 first.',
    default: -999,
    zeroCounts: true,
    os: 'Linux',
    flags: [{ name: 'oom-score-adj' }],
    rules: [
      within(-1000, 1000, { upstream: 'OOMScoreAdj', until: '1.30' }),
      within(-1000, 1000, { upstream: 'KubeProxyLinuxConfiguration.OOMScoreAdj', since: '1.31' }),
    ],
  },
  {
    path: 'portRange',
    type: 'string',
    does: 'The ports of the node that userspace mode listened on.',
    notes: ['Nothing has read it since that mode was removed; from 1.31 on it is not even checked.'],
    idleSince: '1.26',
    flags: [{ name: 'proxy-port-range', until: '1.30' }],
    rules: [portRange],
  },
  {
    path: 'showHiddenMetricsForVersion',
    type: 'string',
    does: 'Shows metrics again that were hidden since that minor; only the one before is possible.',
    notes: ['An upgrade makes the value wrong, and kube-proxy exits: take it out before.'],
    flags: [{ name: 'show-hidden-metrics-for-version' }],
    rules: [previousMinor],
  },
  {
    path: 'udpIdleTimeout',
    type: 'duration',
    does: 'How long userspace mode kept an idle UDP connection.',
    default: '250ms',
    until: '1.25',
    modes: ['userspace'],
    flags: [{ name: 'udp-timeout', until: '1.25' }],
    rules: [positive({ upstream: 'UDPIdleTimeout' })],
  },
  {
    path: 'windowsRunAsService',
    type: 'boolean',
    does: "Runs kube-proxy under Windows' own service manager.",
    since: '1.31',
    os: 'Windows',
    flags: [{ name: 'windows-service' }],
  },
]
