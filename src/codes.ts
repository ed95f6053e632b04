/**
 * The catalogue of errors and findings. A code is never reused and never changes its meaning:
 * KPX1nnn usage and access, 2nnn configuration, 3nnn rules, 4nnn platform, 5nnn rollout.
 */
import { accessCodes } from './access-codes.ts'
import { checkCodes } from './check-codes.ts'
import { configCodes } from './config-codes.ts'
import { preflightCodes } from './preflight-codes.ts'
import { rolloutCodes } from './rollout-codes.ts'

type Level = 'error' | 'warning' | 'info'

export interface CatalogueEntry {
  readonly code: string
  readonly level: Level
  /** What is the case, as a fragment. */
  readonly title: string
  readonly why: string
  readonly fix: string
  /** The exit code where it is not what the code's kind has: 2 for errors that end the command, 1 for findings. */
  readonly exit?: 1 | 2 | 3
}

const entriesOfKinds = [
  ...accessCodes,
  ...configCodes,
  {
    code: 'KPX3001',
    level: 'error',
    title: 'packets go to an endpoint that the API does not have',
    why: 'The node translates to an address and port that no EndpointSlice of the Service lists: its rules are older than the endpoints.',
    fix: "look at kube-proxy's log on that node; if it does not recover, restart its pod",
  },
  {
    code: 'KPX3002',
    level: 'warning',
    title: 'answers do not come back the way of the request',
    why: 'The endpoint answers past the node that translated the packet, so that the client gets an answer from an address it never asked.',
    fix: 'clients inside the cluster reach the Service by its ClusterIP; a NodePort of another node needs masquerading',
  },
  {
    code: 'KPX3003',
    level: 'warning',
    title: 'what happens to a packet cannot be told',
    why: 'A rule on its way is missing, cut or not known to kpx, or depends on what was not recorded.',
    fix: 'record the named file again as a whole; if it is whole, report the line as a bug of kpx',
  },
  {
    code: 'KPX3004',
    level: 'warning',
    title: 'rules name an address that the API does not have',
    why: "The node still treats an address as a Service's or as an endpoint, though no Service or EndpointSlice has it: its rules are older.",
    fix: "look at kube-proxy's log on that node; rules of a mode that it no longer runs in are removed by kube-proxy --cleanup",
  },
  {
    code: 'KPX3005',
    level: 'error',
    title: "a Service's address is not programmed on a node",
    why: 'The API has a Service at that address and port, and the node has no rule that would bring its packets to an endpoint or refuse them.',
    fix: "look at kube-proxy's log on that node; if it does not recover, restart its pod",
  },
  {
    code: 'KPX3006',
    level: 'error',
    title: 'a ready endpoint gets no packets from a node',
    why: 'An EndpointSlice lists it as ready and no traffic policy or hint keeps the node from it: the rules lack it, or refuse its packets.',
    fix: "look at the rule that is named; if none is, at kube-proxy's log on that node",
  },
  {
    code: 'KPX3007',
    level: 'warning',
    title: 'rules of another mode are left on a node',
    why: 'A mode was changed and its rules were not taken away: packets still meet them, also for Services and endpoints that are gone.',
    fix: 'kpx cleanup takes away what the mode that runs does not need; or restart the node',
  },
  {
    code: 'KPX3008',
    level: 'error',
    title: 'kube-proxy does not run on a node',
    why: 'Its container waits, fails or is not ready: rules stay as they are while Services and endpoints change.',
    fix: 'look at what it says: kubectl logs --previous of that pod, and kubectl describe pod',
  },
  {
    code: 'KPX3009',
    level: 'error',
    title: 'kube-proxy does not keep a node in step',
    why: 'Its own metrics or health say that a change waits, or that it never programmed the node.',
    fix: "look at the errors of kube-proxy's log on that node",
  },
  {
    code: 'KPX3010',
    level: 'error',
    title: 'a node has no rules of the mode that kube-proxy runs in',
    why: 'Every cluster has a Service, kubernetes, whose rules must be there: they were removed, or kube-proxy has not written them yet.',
    fix: "look at kube-proxy's log on that node; if it does not recover, restart its pod",
  },
  {
    code: 'KPX3011',
    level: 'error',
    title: "a rule stops a Service's connections",
    why: 'They should get to an endpoint, and a rule, or the kernel itself, drops or refuses them: a firewall above kube-proxy, one of its own rules in the wrong place, forwarding that is off, a missing route, rp_filter where answers go out by another device.',
    fix: 'look at the rule or setting that is named, and at who made it',
  },
  {
    code: 'KPX3012',
    level: 'error',
    title: 'endpoints do not get the same share of connections',
    why: 'Each endpoint has the same share by kube-proxy. A rule or server was taken away, changed or added, or two syncs were interleaved.',
    fix: "restart kube-proxy's pod on that node: it writes all rules anew",
  },
  {
    code: 'KPX3013',
    level: 'error',
    title: 'connections are not refused as they should be',
    why: "The Service has no endpoint for them, or its source ranges do not have the client, and the node's rules do otherwise.",
    fix: "restart kube-proxy's pod on that node: it writes all rules anew",
  },
  {
    code: 'KPX3014',
    level: 'error',
    title: 'a node sends connections to endpoints that are not for it',
    why: 'The endpoint is one of the Service, and a traffic policy, a topology hint or its state keeps these clients from it.',
    fix: "look at kube-proxy's log on that node; if it does not recover, restart its pod",
  },
  {
    code: 'KPX3015',
    level: 'error',
    title: "a connection's source address is not what it should be",
    why: 'Without masquerading where it is needed the answer goes past the node; with it where it is not, the endpoint does not see its client.',
    fix: "restart kube-proxy's pod on that node: it writes all rules anew; if it stays, look at who else masquerades",
  },
  {
    code: 'KPX3016',
    level: 'error',
    title: 'session affinity is not what the Service asks for',
    why: 'With sessionAffinity ClientIP a client keeps the endpoint that it got first for the time that is set; without, it does not.',
    fix: "restart kube-proxy's pod on that node: it writes all rules anew",
  },
  {
    code: 'KPX3017',
    level: 'error',
    title: 'kube-proxy does not hear from the API server',
    why: 'It watches Services, EndpointSlices and its Node. Cut off from them it keeps the rules that it has, and its health stays good.',
    fix: "look at the errors of its log: the address in its kubeconfig, its ServiceAccount's rights, the network on that node",
  },
  {
    code: 'KPX3018',
    level: 'error',
    title: 'kube-proxy takes its node for another one',
    why: 'It compares its own name (hostnameOverride, else the host name) with the node of each endpoint to tell which are its own: with another name none is.',
    fix: 'set hostnameOverride, or the flag --hostname-override, to the name of the Node object: $(NODE_NAME) from spec.nodeName',
  },
  {
    code: 'KPX3019',
    level: 'error',
    title: 'connections in conntrack go to an address that is no endpoint',
    why: 'A connection keeps the endpoint that it was translated to as long as packets flow. kube-proxy deletes such entries of UDP; what is left sends every packet of its client to nobody.',
    fix: 'delete the entries with the command that is named',
  },
  {
    code: 'KPX3020',
    level: 'warning',
    title: "kpx's bridge is left on a node",
    why: 'While kube-proxy changes its mode, kpx has a table of its own translate what nothing else does. Left there, it goes on with the endpoints of then, until its time is over.',
    fix: 'take it away: kpx cleanup; or, on that node: nft delete table ip kpx-bridge, and the same for ip6',
  },
  {
    code: 'KPX3021',
    level: 'error',
    title: 'a node lacks what its rules are made of',
    why: "The kernel, or iptables in kube-proxy's image, has no such match, target, table, expression or set: what kube-proxy writes is refused as a whole, so that the rules stay as they were.",
    fix: "load the kernel's module that is named, from a kernel that has it, with /lib/modules in reach of kube-proxy; or give kube-proxy an image that has the match or target",
  },
  {
    code: 'KPX3022',
    level: 'error',
    title: "kube-proxy's ipsets are empty",
    why: "In ipvs mode rules ask ipsets which addresses and ports are Services': without an entry packets are refused, or keep a source address to which the answer goes past the node.",
    fix: "restart kube-proxy's pod on that node: it fills them; if they are empty again, look at who flushes ipsets",
  },
  {
    code: 'KPX4001',
    level: 'warning',
    title: "kube-proxy's version does not go with the cluster's",
    why: 'It may be up to three minor versions older than the API server and never newer, and up to three from the kubelet (two before 1.25).',
    fix: "upgrade kube-proxy with the cluster; on a managed one, that is its add-on's version",
  },
  {
    code: 'KPX4002',
    level: 'error',
    title: 'somebody else owns the object and would undo the change',
    why: 'Whoever applied it applies it again, within minutes or at the next release, and then the change is gone.',
    fix: 'make the change in what the owner applies; --force makes it here all the same',
  },
  {
    code: 'KPX4003',
    level: 'warning',
    title: 'the change does not outlast the next upgrade',
    why: 'The object is written anew when somebody upgrades the cluster or sets it up again, and nobody keeps what others have made of it.',
    fix: 'look after the upgrade whether it is still there: kpx config history',
  },
  {
    code: 'KPX4004',
    level: 'warning',
    title: 'kube-proxy and another program serve the Services',
    why: 'Both program the nodes for the same addresses: rules of one are in the way of the other, and which of them acts is not told by either.',
    fix: 'end one of them: take kube-proxy away with its ConfigMap and rules, or tell the other program to leave Services to it',
  },
  {
    code: 'KPX4005',
    level: 'error',
    title: 'somebody has undone the change',
    why: 'The object was written again while its pods were waited for, and is what it was before: its owner puts it back.',
    fix: 'see whose it is, and how that changes it: kpx status, and the same command without --force',
  },
  ...checkCodes,
  ...preflightCodes,
  ...rolloutCodes,
] as const satisfies readonly CatalogueEntry[]

/** Sorted by code. */
export const catalogue = entriesOfKinds.toSorted((one, other) => (one.code < other.code ? -1 : 1))

export type Code = (typeof catalogue)[number]['code']

const entries: ReadonlyMap<string, CatalogueEntry> = new Map(catalogue.map((entry) => [entry.code, entry]))

export function entryOf(code: Code): CatalogueEntry {
  const entry = entries.get(code)
  if (!entry) throw new Error(`the catalogue lacks ${code}`)
  return entry
}
