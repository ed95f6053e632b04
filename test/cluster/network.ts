/** Links, addresses and routes: a bridge in the control plane's machine, with one cable to every node. */
import { controlPlane, networkLengths, type NodeAddresses } from './addresses.ts'
import { firstProcess, inNetworkOf, type Machine } from './machine.ts'
import { run } from './run.ts'

const kernelSettings = [
  'net.ipv4.ip_forward=1',
  'net.ipv6.conf.all.forwarding=1',
  // a new address is used at once
  'net.ipv6.conf.all.accept_dad=0',
  'net.ipv6.conf.default.accept_dad=0',
  // every refused connection is answered, not only the first ones of a second
  'net.ipv4.icmp_ratelimit=0',
  'net.ipv6.icmp.ratelimit=0',
  // a pod's packet to a Service passes the node's rules even where both ends are on the node's bridge
  'net.bridge.bridge-nf-call-iptables=1',
  'net.bridge.bridge-nf-call-ip6tables=1',
]

export async function connect(cp: Machine, nodes: readonly (NodeAddresses & { machine: Machine })[]): Promise<void> {
  const machines = [cp, ...nodes.map(({ machine }) => machine)]
  await Promise.all(machines.map((machine) => run(...inNetworkOf(machine, 'sysctl', '-qw', ...kernelSettings))))
  const cables = nodes.flatMap(({ name, machine }) => [
    `link add ${name} type veth peer name eth0 netns ${firstProcess(machine)}`,
    `link set ${name} master br0 up`,
  ])
  await ip(cp, [
    'link add br0 type bridge',
    ...addressed('br0', controlPlane.addresses),
    ...cables,
    ...podRoutes(nodes),
  ])
  for (const { name, machine, addresses } of nodes) {
    const gateways = controlPlane.addresses.map((address) => `route add default via ${address}`)
    const others = nodes.filter((node) => node.name !== name)
    await ip(machine, [...addressed('eth0', addresses), ...gateways, ...podRoutes(others)])
  }
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

async function ip(machine: Machine, lines: readonly string[]): Promise<void> {
  await run(...inNetworkOf(machine, 'ip', '-batch', '-'), { input: `${lines.join('\n')}\n` })
}
