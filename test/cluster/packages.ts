/** The programs that are not built but come with the distribution. */
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { attempt, run } from './run.ts'
import { say } from './say.ts'

/** A program, or a file by its path, and the Debian package that has it. */
const needed: readonly (readonly [string, string])[] = [
  ['containerd', 'containerd'],
  ['runc', 'runc'],
  ['/usr/lib/cni/bridge', 'containernetworking-plugins'],
  ['xtables-nft-multi', 'iptables'],
  ['nft', 'nftables'],
  ['ipset', 'ipset'],
  ['conntrack', 'conntrack'],
  ['busybox', 'busybox-static'],
  ['ip', 'iproute2'],
  ['sysctl', 'procps'],
  ['openssl', 'openssl'],
  ['unshare', 'util-linux'],
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

function missingPackages(): string[] {
  const missing = needed.filter(([file]) => (file.startsWith('/') ? !existsSync(file) : !programPath(file)))
  return missing.map(([, name]) => name)
}

/** Installs what is missing; nothing where all is there. */
export async function installPackages(): Promise<void> {
  const missing = missingPackages()
  if (missing.length === 0) return
  const done = say(`installing ${missing.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // old lists may still do; where they do not, the installation says so
  await attempt('apt-get', ['update'], { env })
  await run('apt-get', ['install', '--yes', '--no-install-recommends', ...missing], { env })
  done()
}
