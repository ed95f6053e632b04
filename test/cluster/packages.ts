/** The programs that are not built but come with the distribution. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { attempt, run } from './run.ts'
import { say } from './say.ts'

/** Programs, or files by their paths, and the Debian packages that have them. */
type Needed = readonly (readonly [string, string])[]

/** Of test/lab. */
export const labPackages: Needed = [
  ['xtables-nft-multi', 'iptables'],
  ['xtables-legacy-multi', 'iptables'],
  ['nft', 'nftables'],
  ['ipset', 'ipset'],
  ['ip', 'iproute2'],
  ['unshare', 'util-linux'],
]

/** Of a cluster. */
export const clusterPackages: Needed = [
  ...labPackages,
  ['containerd', 'containerd'],
  ['runc', 'runc'],
  ['/usr/lib/cni/bridge', 'containernetworking-plugins'],
  ['conntrack', 'conntrack'],
  ['busybox', 'busybox-static'],
  ['sysctl', 'procps'],
  ['openssl', 'openssl'],
]

/** Of tests at a terminal. */
export const terminalPackages: Needed = [
  ['tmux', 'tmux'],
  ['vi', 'vim-tiny'],
]

/** Of tests of pages: 350 MB on the disk, 80 MB to load. */
export const browserPackages: Needed = [['chromium', 'chromium']]

/** What a virtual machine needs beside them. */
export const vmPackages: Needed = [
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['ipvsadm', 'ipvsadm'],
  ['kmod', 'kmod'],
  ['mke2fs', 'e2fsprogs'],
]

const searched = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']

/** The path of a program, also of those that only root has on its path. */
export function programPath(name: string): string | undefined {
  return searched.map((folder) => join(folder, name)).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function missingPackages(needed: Needed): string[] {
  const missing = needed.filter(([file]) => (file.startsWith('/') ? !existsSync(file) : !programPath(file)))
  return [...new Set(missing.map(([, name]) => name))]
}

/** Installs what is missing; nothing where all is there. */
export async function installPackages(needed: Needed): Promise<void> {
  const missing = missingPackages(needed)
  if (missing.length === 0) return
  const done = say(`installing ${missing.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await updateLists()
  await run('apt-get', ['install', '--yes', '--no-install-recommends', ...missing], { env })
  done()
}

/** Downloads the only package that this one depends on into the folder: its name and its file. */
export async function downloadDependency(metapackage: string, folder: string): Promise<{ name: string; file: string }> {
  await updateLists()
  const [, name] = /^ +Depends: (\S+)$/m.exec(await run('apt-cache', ['depends', metapackage])) ?? []
  if (name === undefined) throw new Error(`${metapackage} depends on no package`)
  // without its own user, which may not write to the folder
  await run('apt-get', ['download', '-o', 'APT::Sandbox::User=root', name], { cwd: folder })
  const file = readdirSync(folder).find((file) => file.endsWith('.deb'))
  if (file === undefined) throw new Error(`apt-get has not downloaded ${name}`)
  return { name, file: join(folder, file) }
}

/** Old lists may still do; where they do not, what is asked for next says so. */
async function updateLists(): Promise<void> {
  await attempt('apt-get', ['update'])
}
