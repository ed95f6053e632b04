/**
 * The files of a capture and the commands that print them in a node's network namespace. Commands are words, run without a shell: images
 * of kube-proxy differ in what they have (the upstream one has cat and grep but neither ip nor ipvsadm, EKS's minimal one has no cat).
 */
export interface NodeFile {
  readonly file: string
  /** The first that the image has counts. */
  readonly commands: readonly NodeCommand[]
  /**
   * What is told where there is no such file: `always`; or where a command `failed`, for an image without it belongs to a kube-proxy that
   * does without it; or nothing, for a file that only adds to what is known.
   */
  readonly missed?: 'always' | 'failed'
}

interface NodeCommand {
  readonly words: readonly string[]
  /** Makes what it printed what the file's name promises, where that is not the same. */
  readonly text?: (stdout: Buffer) => Buffer
  /** Those beside 0 that are no failure when nothing is said on stderr. */
  readonly exitCodes?: readonly number[]
}

const command = (...words: string[]): NodeCommand => ({ words })
const cat = (path: string): NodeCommand => command('cat', path)

/** The sysctls that decide about packets. */
const sysctls = [
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv4/vs/conntrack',
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
]

/** `grep -Hs '' FILE...` prints `/proc/sys/net/ipv4/ip_forward:1` and passes over files that do not exist. */
const sysctlsByGrep: NodeCommand = {
  words: ['grep', '-Hs', '', ...sysctls.map((name) => `/proc/sys/${name}`)],
  exitCodes: [2],
  text: (stdout) => Buffer.from(stdout.toString('utf8').replaceAll(/^\/proc\/sys\/([^:\n]+):/gm, '$1 = ')),
}

/** Asked when the devices are known: there is no shell that would find them. */
export const brportFile = (devices: readonly string[]): NodeFile => ({
  file: 'sys-class-net-brport.txt',
  // files that are not there, of devices that are no ports, are passed over and make the exit code 2
  commands: [
    {
      words: [
        'grep',
        '-Hs',
        '^INTERFACE=',
        ...devices.map((device) => `/sys/class/net/${device}/brport/bridge/uevent`),
      ],
      exitCodes: [1, 2],
    },
  ],
})

export const nodeFiles: readonly NodeFile[] = [
  { file: 'ip-addr.json', commands: [command('ip', '-j', 'addr')] },
  { file: 'ip-route.json', commands: [command('ip', '-j', 'route', 'show', 'table', 'all')] },
  { file: 'ip6-route.json', commands: [command('ip', '-6', '-j', 'route', 'show', 'table', 'all')] },
  { file: 'ip6tables-legacy-save.txt', commands: [command('ip6tables-legacy-save')] },
  {
    file: 'ip6tables-save.txt',
    commands: [command('ip6tables-nft-save'), command('ip6tables-save')],
    missed: 'always',
  },
  { file: 'ipset-save.txt', commands: [command('ipset', 'save')], missed: 'failed' },
  { file: 'iptables-legacy-save.txt', commands: [command('iptables-legacy-save')] },
  { file: 'iptables-save.txt', commands: [command('iptables-nft-save'), command('iptables-save')], missed: 'always' },
  { file: 'ipvsadm-save.txt', commands: [command('ipvsadm', '-Sn')] },
  { file: 'nft-list-ruleset.txt', commands: [command('nft', 'list', 'ruleset')], missed: 'failed' },
  { file: 'proc-net-dev.txt', commands: [cat('/proc/net/dev')] },
  { file: 'proc-net-fib_trie.txt', commands: [cat('/proc/net/fib_trie')] },
  { file: 'proc-net-if_inet6.txt', commands: [cat('/proc/net/if_inet6')] },
  { file: 'proc-net-ip_vs.txt', commands: [cat('/proc/net/ip_vs')] },
  { file: 'proc-net-ipv6_route.txt', commands: [cat('/proc/net/ipv6_route')] },
  { file: 'proc-net-route.txt', commands: [cat('/proc/net/route')] },
  {
    file: 'sysctl.txt',
    commands: [sysctlsByGrep, command('sysctl', '-e', ...sysctls.map((name) => name.replaceAll('/', '.')))],
  },
]
