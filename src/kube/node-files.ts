/**
 * The files of a capture and the commands that print them in a node's network namespace. Commands are words, run without a shell: images
 * of kube-proxy differ in what they have (the upstream one has cat and grep but neither ip nor ipvsadm, EKS's minimal one has no cat).
 * Each costs the node a process in a container, so that what one can print is asked of one, and what earlier answers make needless of none.
 */
type NodeFiles = ReadonlyMap<string, Buffer>

/** A file, or several that one command prints, of which this is the first. */
export interface NodeFile {
  readonly file: string
  /** The first that the image has counts. */
  readonly commands: readonly NodeCommand[]
  /** The files that are read before, and what of them makes this one worth reading. */
  readonly after?: readonly string[]
  readonly isWanted?: (files: NodeFiles) => boolean
  /**
   * What is told where there is no such file: `always`; or where a command `failed`, for an image without it belongs to a kube-proxy that
   * does without it; or nothing, for a file that only adds to what is known.
   */
  readonly missed?: 'always' | 'failed'
  /** Not of the rules: of the node's and kube-proxy's `state`, or of the `tools` that are there. */
  readonly of?: 'state' | 'tools'
  /** A container does not see it. */
  readonly onHost?: true
}

export interface NodeCommand {
  readonly words: readonly string[]
  /**
   * Words that follow from what was read before: the command is run once with each of these behind its own, and has printed all of that.
   * Undefined where nothing says which.
   */
  readonly more?: (files: NodeFiles) => readonly (readonly string[])[] | undefined
  /** What it printed as files, where that is not the one file as it is. */
  readonly files?: (stdout: Buffer, stderr: string) => NodeFiles
  /** Whether it has printed all, where that is not exit code 0. */
  readonly isWhole?: (exitCode: number, stderr: string, stdout: Buffer) => boolean
}

const command = (...words: string[]): NodeCommand => ({ words })

/** The sysctls that decide about packets, and what tells the kernel's release, whether it loads modules, how full conntrack is, and how old its entries are. */
const sysctls = [
  'net/ipv4/ip_forward',
  'net/ipv6/conf/all/forwarding',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv4/conf/all/rp_filter',
  'net/ipv4/vs/conntrack',
  'net/bridge/bridge-nf-call-iptables',
  'net/bridge/bridge-nf-call-ip6tables',
  'net/netfilter/nf_conntrack_count',
  'net/netfilter/nf_conntrack_max',
  'net/netfilter/nf_conntrack_udp_timeout',
  'net/netfilter/nf_conntrack_udp_timeout_stream',
  'kernel/osrelease',
  'kernel/modules_disabled',
]

const sysctlFile = 'sysctl.txt'
const sysctlFolder = '/proc/sys/'

/** By path, the file that each is in a capture. */
const procFiles: ReadonlyMap<string, string> = new Map(
  ['dev', 'fib_trie', 'if_inet6', 'ip_vs', 'ipv6_route', 'route', 'ip_tables_names', 'ip6_tables_names'].map((name) => [
    `/proc/net/${name}`,
    `proc-net-${name}.txt`,
  ]),
)

/** `grep -H '' FILE...` prints `PATH:LINE`, and of files that it cannot read on stderr why; it goes on behind them and exits with 2. */
const procByGrep: NodeCommand = {
  words: ['grep', '-H', '', ...procFiles.keys(), ...sysctls.map((name) => sysctlFolder + name)],
  // of these files, some are everywhere and not empty: whoever prints nothing has not been there
  isWhole: (exitCode, _stderr, stdout) => exitCode <= 2 && stdout.length > 0,
  files: (stdout, stderr) => {
    const lines = new Map<string, string[]>()
    for (const [path, file] of procFiles) if (!stderr.includes(path)) lines.set(file, [])
    for (const line of stdout.toString('utf8').split('\n')) {
      const end = line.indexOf(':')
      const path = line.slice(0, Math.max(end, 0))
      const text = line.slice(end + 1)
      const file = procFiles.get(path)
      if (file !== undefined) lines.get(file)?.push(text)
      else if (path.startsWith(sysctlFolder)) {
        const own = lines.get(sysctlFile)
        const setting = `${path.slice(sysctlFolder.length)} = ${text}`
        if (own) own.push(setting)
        else lines.set(sysctlFile, [setting])
      }
    }
    return new Map(Array.from(lines, ([file, own]) => [file, Buffer.from(own.map((line) => `${line}\n`).join(''))]))
  },
}

/** `eth0` of the line `  eth0: 0 0 ...`. */
const deviceNames = (files: NodeFiles): string[] =>
  Array.from(
    files
      .get('proc-net-dev.txt')
      ?.toString('utf8')
      .matchAll(/^ *([^\s:|]+):/gm) ?? [],
    ([, name = '']) => name,
  )

/** Where ip has not told the bridge of each port. */
const portsFile = 'sys-class-net-brport.txt'
/** Those that each device has for itself. */
const deviceSysctlFile = 'sysctl-devices.txt'
const isDeviceSysctl = (path: string): boolean => path.startsWith(sysctlFolder)

/** There is no shell that would find the devices. Of those that are no ports there are no such files, which makes the exit code 2. */
const devicesByGrep: NodeCommand = {
  words: ['grep', '-Hs', '-e', '^INTERFACE=', '-e', '^[0-9]$'],
  more: (files) => [
    deviceNames(files).flatMap((device) => [
      ...(files.has('ip-addr.json') ? [] : [`/sys/class/net/${device}/brport/bridge/uevent`]),
      `${sysctlFolder}net/ipv4/conf/${device}/rp_filter`,
    ]),
  ],
  isWhole: (exitCode, stderr) => exitCode <= 2 && stderr === '',
  files: (stdout) => {
    const lines = stdout.toString('utf8').split('\n')
    const settings = lines
      .filter(isDeviceSysctl)
      .map((line) => line.slice(sysctlFolder.length).replace(/:(\d)$/, ' = $1'))
    const ports = lines.filter((line) => !isDeviceSysctl(line) && line !== '')
    const text = (own: readonly string[]): Buffer => Buffer.from(own.map((line) => `${line}\n`).join(''))
    return new Map([
      [portsFile, text(ports)],
      [deviceSysctlFile, text(settings)],
    ])
  },
}

/** The kernel lists the tables of iptables-legacy, which has made none where there is no such list. */
const hasLegacyTables =
  (names: string) =>
  (files: NodeFiles): boolean =>
    files.has('proc-net-dev.txt') ? (files.get(names)?.length ?? 0) > 0 : true

/** `-m set --match-set NAME src`, `-j SET --add-set NAME src`. */
const namesSets = (files: NodeFiles): boolean =>
  saves.some((save) => files.get(save)?.includes('-set ')) || !saves.some((save) => files.has(save))

const saves = ['iptables-save.txt', 'ip6tables-save.txt', 'iptables-legacy-save.txt', 'ip6tables-legacy-save.txt']

const setsFile = 'nft-list-sets.txt'

/** Every table, and whether it ends at once or declares sets. */
const tables = /^table (\S+) (\S+) \{\n(\}?)/gm

/**
 * The tables of which only nft can print all, as words for `nft list table`. What iptables-nft has made nft prints, too, but slowly and in
 * thousands of small pieces; where nft has written into it, iptables-save says so, but for rules with sets, which it misprints.
 */
const nativeTables = (files: NodeFiles): string[][] | undefined => {
  const listed = files.get(setsFile)?.toString('utf8').matchAll(tables)
  return (
    listed &&
    Array.from(listed).flatMap(([, family = '', name = '', end]) =>
      end === '}' && isSaved(files, family, name) ? [] : [[family, name]],
    )
  )
}

function isSaved(files: NodeFiles, family: string, name: string): boolean {
  const dump = family === 'ip' || family === 'ip6' ? files.get(`${family}tables-save.txt`) : undefined
  if (!dump || !iptablesNft.test(dump.toString('latin1', 0, 1000))) return false
  return dump.includes(`\n*${name}\n`) && !dump.includes(`# Table \`${name}' `)
}

/** What iptables-nft's own dump says of itself, of whichever version. */
const iptablesNft = /^# Generated by (?:xtables-save|\S+-nft|.*\(nf_tables\))/m

/** The file of --config in what pgrep printed. */
const configPath = (files: NodeFiles): string | undefined =>
  / --config[= ](\/\S+)/.exec(files.get(processFile)?.toString('utf8') ?? '')?.[1]

const processFile = 'kube-proxy-command.txt'

/** Those of ipvs mode with its schedulers, and those of the expressions that nftables mode's rules use. */
const kernelModules =
  'ip_vs ip_vs_rr ip_vs_wrr ip_vs_sh ip_vs_lc ip_vs_wlc ip_vs_sed ip_vs_nq ip_vs_dh ip_vs_lblc ip_vs_lblcr ip_vs_mh ip_vs_fo ip_vs_ovf ' +
  'nf_conntrack nft_ct nft_fib_ipv4 nft_fib_ipv6 nft_masq nft_nat nft_numgen nft_reject_ipv4'

/** Loads none of them: it prints what it would do, and on stderr which are not there, for which it exits with 1. */
const modprobe: NodeCommand = {
  words: ['modprobe', '--show-depends', '--all', ...kernelModules.split(' ')],
  isWhole: (exitCode) => exitCode <= 1,
  files: (stdout, stderr) => new Map([['modprobe.txt', Buffer.concat([stdout, Buffer.from(stderr)])]]),
}

/** In the order in which they are asked for: what takes long first. */
export const nodeFiles: readonly NodeFile[] = [
  { file: 'iptables-save.txt', commands: [command('iptables-nft-save'), command('iptables-save')], missed: 'always' },
  // nft 1.0 reads all rules for `list tables`, but not for this, which names all tables as well
  { file: setsFile, commands: [command('nft', '-t', 'list', 'sets')] },
  {
    file: 'ip6tables-save.txt',
    commands: [command('ip6tables-nft-save'), command('ip6tables-save')],
    missed: 'always',
  },
  {
    file: 'nft-list-ruleset.txt',
    after: [setsFile, 'iptables-save.txt', 'ip6tables-save.txt'],
    commands: [
      {
        words: ['nft', 'list', 'table'],
        more: nativeTables,
        files: (stdout) => new Map([['nft-list-table.txt', stdout]]),
      },
      // for an nft that does not know the options, or a table that has gone meanwhile
      command('nft', 'list', 'ruleset'),
    ],
    missed: 'failed',
  },
  { file: 'proc-net-dev.txt', commands: [procByGrep] },
  { file: 'ip-addr.json', commands: [command('ip', '-j', 'addr')] },
  {
    file: sysctlFile,
    after: ['proc-net-dev.txt'],
    isWanted: (files) => !files.has(sysctlFile),
    commands: [command('sysctl', '-e', ...sysctls.map((name) => name.replaceAll('/', '.')))],
  },
  {
    file: 'ip-route.json',
    after: ['ip-addr.json'],
    commands: [command('ip', '-j', 'route', 'show', 'table', 'all')],
  },
  {
    file: 'ip6-route.json',
    after: ['ip-addr.json'],
    commands: [command('ip', '-6', '-j', 'route', 'show', 'table', 'all')],
  },
  {
    file: 'iptables-legacy-save.txt',
    after: ['proc-net-dev.txt'],
    isWanted: hasLegacyTables('proc-net-ip_tables_names.txt'),
    commands: [command('iptables-legacy-save')],
  },
  {
    file: 'ip6tables-legacy-save.txt',
    after: ['proc-net-dev.txt'],
    isWanted: hasLegacyTables('proc-net-ip6_tables_names.txt'),
    commands: [command('ip6tables-legacy-save')],
  },
  {
    // where IPVS is not loaded, ipvsadm loads it
    file: 'ipvsadm-save.txt',
    after: ['proc-net-dev.txt'],
    isWanted: (files) => files.has('proc-net-ip_vs.txt'),
    commands: [command('ipvsadm', '-Sn')],
  },
  {
    file: deviceSysctlFile,
    after: ['proc-net-dev.txt', 'ip-addr.json'],
    isWanted: (files) => deviceNames(files).length > 0,
    commands: [devicesByGrep],
  },
  {
    // a kube-proxy that is no pod; pgrep prints its number and its command line
    file: processFile,
    commands: [command('pgrep', '-xa', 'kube-proxy')],
    onHost: true,
    of: 'state',
  },
  {
    file: 'kube-proxy-config.txt',
    after: [processFile],
    isWanted: (files) => configPath(files) !== undefined,
    // that of a pod is where the container has it, and not here
    commands: [{ words: ['cat'], more: (files) => [[configPath(files) ?? '']] }],
    onHost: true,
    of: 'state',
  },
  {
    // the one that flushes rules which it did not make
    file: 'systemctl-show.txt',
    commands: [command('systemctl', 'show', '--property=Id,ActiveState,UnitFileState', 'nftables.service')],
    onHost: true,
    of: 'tools',
  },
  { file: 'modprobe.txt', of: 'tools', commands: [modprobe] },
  { file: 'iptables-version.txt', of: 'tools', commands: [command('iptables', '--version')] },
  { file: 'nft-version.txt', of: 'tools', commands: [command('nft', '--version')] },
  { file: 'ipset-version.txt', of: 'tools', commands: [command('ipset', '--version')] },
  { file: 'ipset-save.txt', after: saves, isWanted: namesSets, commands: [command('ipset', 'save')], missed: 'failed' },
  // as the connections of UDP alone last without their clients' knowing
  { file: 'conntrack.txt', of: 'state', commands: [command('conntrack', '-L', '-p', 'udp')] },
  { file: 'conntrack-ipv6.txt', of: 'state', commands: [command('conntrack', '-L', '-f', 'ipv6', '-p', 'udp')] },
]
