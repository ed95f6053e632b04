import { cidrFamily } from '../address.ts'
import type { Field, Refusal, Rule } from '../field.ts'
import { gateIsOn } from '../gates.ts'
import { notEmptyIf } from '../rules.ts'
import { asText } from '../value.ts'

const localModes = ['ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix', '']
const listed = localModes.map((mode) => `"${mode}"`).join(', ')

const localMode: Rule = {
  upstream: 'DetectLocalMode',
  since: '1.28',
  must: `one of ${localModes.slice(0, -1).join(', ')}`,
  refusals: (value) =>
    localModes.includes(asText(value)) ? [] : [{ detail: `supported values: ${listed}`, kind: 'Unsupported value' }],
}

const localModeAtStart: Rule = {
  upstream: 'cannot determine detect-local-mode',
  until: '1.27',
  atStart: true,
  must: `one of ${localModes.slice(0, -1).join(', ')}`,
  refusals: (value, { minor }) => {
    const mode = asText(value)
    const modes = minor < 24 ? ['ClusterCIDR', 'NodeCIDR'] : localModes
    return mode.trim() === '' || modes.includes(mode) ? [] : [{ detail: `unknown detect-local-mode: ${mode}` }]
  },
}

const example = '10.100.0.0/16 or fde4:8dba:82e1::/48'
const pairExample = '10.100.0.0/16,fde4:8dba:82e1::/48'
const badBlock = `must be a valid CIDR block (e.g. ${example})`

const clusterCidr: Rule = {
  upstream: 'ClusterCIDR',
  until: '1.30',
  must: 'a CIDR, or one of IPv4 and one of IPv6 with a comma and no blank between them',
  refusals: (value, all) => {
    if (value === '') return []
    const cidrs = asText(value).split(',')
    if (cidrs.length > 1 && all.minor <= 22 && !gateIsOn('IPv6DualStack', all.gates, all.minor)) {
      return [{ detail: `only one CIDR allowed (e.g. ${example})` }]
    }
    if (cidrs.length > 2) return [{ detail: `only one CIDR allowed or a valid DualStack CIDR (e.g. ${pairExample})` }]
    if (cidrs.length === 2)
      return isDualStack(cidrs) ? [] : [{ detail: `must be a valid DualStack CIDR (e.g. ${pairExample})` }]
    return cidrFamily(asText(value)) === undefined ? [{ detail: badBlock }] : []
  },
}

// kube-proxy's text lacks the last bracket
const singleOrPair = `must be a either a single CIDR or dual-stack pair of CIDRs (e.g. [10.100.0.0/16, fde4:8dba:82e1::/48]`

const clusterCidrs: Rule = {
  upstream: 'DetectLocalConfiguration.ClusterCIDRs',
  since: '1.31',
  must: 'a CIDR, or one of IPv4 and one of IPv6 with a comma and no blank between them, where detectLocalMode is ClusterCIDR',
  refusals: (value, all) => {
    if (value === '' || all.text('detectLocalMode') !== 'ClusterCIDR') return []
    const cidrs = asText(value).split(',')
    if (cidrs.length > 2) return [{ detail: singleOrPair }]
    const bad: Refusal[] = cidrs.flatMap((cidr, item) =>
      cidrFamily(cidr) === undefined ? [{ item, detail: badBlock }] : [],
    )
    return bad.length === 0 && cidrs.length === 2 && !isDualStack(cidrs) ? [{ detail: singleOrPair }] : bad
  },
}

function isDualStack(cidrs: readonly string[]): boolean {
  const families = cidrs.map(cidrFamily)
  return !families.includes(undefined) && new Set(families).size === 2
}

const since = '1.24'
const os = 'Linux'

export const detectLocalFields: readonly Field[] = [
  {
    path: 'clusterCIDR',
    type: 'string',
    does: 'The addresses of the pods of the cluster: what comes from elsewhere to a ClusterIP is masqueraded.',
    notes: ['Two with a comma between them in a dual-stack cluster.', 'Empty: nobody counts as being elsewhere.'],
    needs: { field: 'detectLocalMode', value: 'ClusterCIDR' },
    flags: [{ name: 'cluster-cidr' }],
    rules: [clusterCidr, clusterCidrs],
  },
  {
    path: 'detectLocal.bridgeInterface',
    type: 'string',
    does: "The bridge that this node's pods are connected to: what comes from it is local.",
    since,
    os,
    needs: { field: 'detectLocalMode', value: 'BridgeInterface' },
    flags: [{ name: 'pod-bridge-interface', since }],
    rules: [
      notEmptyIf('BridgeInterface', { until: '1.30', upstream: 'InterfaceName' }),
      notEmptyIf('BridgeInterface', { since: '1.31', upstream: 'DetectLocalConfiguration.InterfaceName' }),
    ],
  },
  {
    path: 'detectLocal.interfaceNamePrefix',
    type: 'string',
    does: "How the names of this node's pods' devices begin, veth for example: what comes from these is local.",
    since,
    os,
    needs: { field: 'detectLocalMode', value: 'InterfaceNamePrefix' },
    flags: [{ name: 'pod-interface-name-prefix', since }],
    rules: [
      notEmptyIf('InterfaceNamePrefix', { until: '1.30', upstream: 'InterfacePrefix' }),
      notEmptyIf('InterfaceNamePrefix', { since: '1.31', upstream: 'DetectLocalConfiguration.InterfacePrefix' }),
    ],
  },
  {
    path: 'detectLocalMode',
    type: 'string',
    does: "How kube-proxy tells traffic of this node's pods from other traffic: by address (ClusterCIDR, NodeCIDR) or by the device it comes from (BridgeInterface, InterfaceNamePrefix).",
    notes: [
      'On Linux empty means ClusterCIDR.',
      'Until 1.27 any text was read, and kube-proxy exited later where it did not know it.',
    ],
    os,
    flags: [{ name: 'detect-local-mode' }],
    words: localModes.slice(0, -1),
    rules: [localModeAtStart, localMode],
  },
]
