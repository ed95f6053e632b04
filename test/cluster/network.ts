/** Links, addresses and routes: a bridge in the control plane's machine, with one cable to every node. */
import { controlPlane, networkLengths, networks, type NodeAddresses } from './addresses.ts'
import { firstProcess, inNetworkOf, type Machine } from './machine.ts'
import { run } from './run.ts'

export const kernelSettings = [
  'net.ipv4.ip_forward=1',
  'net.ipv6.conf.all.forwarding=1',
  // a new address is used at once
  'net.ipv6.conf.all.accept_dad=0',
  'net.ipv6.conf.default.accept_dad=0',
  // a client stays with the node that its packets go through
  'net.ipv4.conf.all.accept_redirects=0',
  'net.ipv6.conf.all.accept_redirects=0',
  'net.ipv6.conf.default.accept_redirects=0',
  // every refused packet is answered: no ICMP message counts against a node's or a destination's limit, but one of IPv6
  // that kube-proxy's rules never send, as none at all cannot be said there
  'net.ipv4.icmp_ratemask=0',
  'net.ipv6.icmp.ratemask=128',
  // a pod's packet to a Service passes the node's rules even where both ends are on the node's bridge
  'net.bridge.bridge-nf-call-iptables=1',
  'net.bridge.bridge-nf-call-ip6tables=1',
]

type Connected = NodeAddresses & { readonly machine: Machine }

/** `vm` gets a tap device on the bridge, named as it is. */
export async function connect(cp: Machine, nodes: readonly Connected[], vm: NodeAddresses | undefined): Promise<void> {
  const machines = [cp, ...nodes.map(({ machine }) => machine)]
  await Promise.all(machines.map((machine) => run(...inNetworkOf(machine, 'sysctl', '-qw', ...kernelSettings))))
  const all = [...nodes, ...(vm ? [vm] : [])]
  if (vm) await run(...inNetworkOf(cp, 'ip', 'tuntap', 'add', vm.name, 'mode', 'tap'))
  await ip(cp, [
    'link add br0 type bridge',
    ...addressed('br0', controlPlane.addresses),
    ...nodes.map(({ name, machine }) => `link add ${name} type veth peer name eth0 netns ${firstProcess(machine)}`),
    ...all.map(({ name }) => `link set ${name} master br0 up`),
    ...podRoutes(all),
  ])
  await connectClients(cp, all)
  for (const node of nodes) await ip(node.machine, nodeLinks(node, all))
}

/** What `ip -batch` reads on a node. */
export function nodeLinks({ name, addresses }: NodeAddresses, all: readonly NodeAddresses[]): string[] {
  const gateways = controlPlane.addresses.map((address) => `route add default via ${address}`)
  return [...addressed('eth0', addresses), ...gateways, ...podRoutes(all.filter((node) => node.name !== name))]
}

function addressed(link: string, addresses: readonly string[]): string[] {
  const lines = addresses.map((address, index) => `addr add ${address}/${networkLengths[index]} dev ${link}`)
  return ['link set lo up', ...lines, `link set ${link} up`]
}

function podRoutes(nodes: readonly NodeAddresses[]): string[] {
  return nodes.flatMap(({ podCIDRs, addresses }) =>
    podCIDRs.map((cidr, index) => `route add ${cidr} via ${addresses[index]}`),
  )
}

/** Clients beyond the cluster: from its address all packets go through its node, but for those to the nodes' own addresses. */
async function connectClients(cp: Machine, nodes: readonly NodeAddresses[]): Promise<void> {
  for (const family of [0, 1] as const) {
    const lines = nodes.flatMap(({ client, addresses }, index) => [
      // nothing is sent from it that does not ask for it
      `addr add ${client[family]}/${networkLengths[family]} dev br0 preferred_lft 0`,
      `rule add from ${client[family]} table ${100 + index}`,
      `route add ${networks[family]} dev br0 table ${100 + index}`,
      `route add default via ${addresses[family]} dev br0 table ${100 + index}`,
    ])
    await ip(cp, lines, family === 0 ? '-4' : '-6')
  }
}

async function ip(machine: Machine, lines: readonly string[], ...flags: string[]): Promise<void> {
  await run(...inNetworkOf(machine, 'ip', ...flags, '-batch', '-'), { input: `${lines.join('\n')}\n` })
}
