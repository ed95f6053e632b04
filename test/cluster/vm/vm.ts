/**
 * A node that is a virtual machine, emulated, with a kernel of its own: IPVS is in that one, whatever this machine's has. It runs in the
 * control plane's machine and ends with it; what it prints on its console is one of the logs there.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NodeAddresses } from '../addresses.ts'
import { tar, type Content } from '../files.ts'
import { builtPath, startDaemon, type Machine } from '../machine.ts'
import { kernelSettings, nodeLinks } from '../network.ts'
import { containerdFiles, kubeletFiles, kubeletFlags } from '../node.ts'
import type { User } from '../users.ts'
import type { Boot } from './boot.ts'

export interface VmOptions {
  readonly node: NodeAddresses
  /** Every node of the cluster. */
  readonly all: readonly NodeAddresses[]
  readonly boot: Boot
  readonly ca: Uint8Array
  readonly user: User
}

/** Its tap device, named as the node, is there already. */
export async function startVm(cp: Machine, options: VmOptions): Promise<void> {
  const { name } = options.node
  writeFileSync(join(cp.folder, `${name}.tar`), await tar(filesOf(options)), { mode: 0o600 })
  startDaemon(cp, name, ['qemu-system-x86_64', ...flags(name, options.boot)])
}

/** One processor (two wait for each other where this machine is busy) and 2 GiB. An old processor: what new ones do at once, hashing above all, takes long to emulate. */
function flags(name: string, { kernel, initramfs, disk }: Boot): string[] {
  const drive = (file: string, way: string): string[] => ['-drive', `file=${file},format=raw,if=virtio,${way}`]
  return [
    ['-accel', 'tcg,thread=multi', '-cpu', 'Nehalem,+rdrand', '-smp', '1', '-m', '2048'],
    ['-nodefaults', '-display', 'none', '-serial', 'stdio', '-no-reboot'],
    ['-kernel', builtPath(kernel), '-initrd', builtPath(initramfs)],
    ['-append', 'console=ttyS0 quiet panic=-1 mitigations=off no_timer_check tsc=reliable'],
    // what it writes ends with it
    drive(builtPath(disk), 'snapshot=on,cache=unsafe'),
    drive(`/var/lib/${name}.tar`, 'readonly=on'),
    ['-netdev', `tap,id=eth0,ifname=${name},script=no,downscript=no`],
    ['-device', 'virtio-net-pci,netdev=eth0,romfile='],
  ].flat()
}

/** What is in its /var/lib. */
function filesOf({ node, all, ca, user }: VmOptions): Map<string, Content> {
  const texts: readonly (readonly [string, string])[] = [
    ['hostname', node.name],
    ['sysctl.conf', kernelSettings.join('\n')],
    ['network', nodeLinks(node, all).join('\n')],
    ...containerdFiles(node.podCIDRs),
    ...kubeletFiles('/', ca, user),
    ['kubelet/flags', kubeletFlags(node.addresses).join(' ')],
  ]
  return new Map<string, Content>([
    ['init', readFileSync(fileURLToPath(new URL('init.sh', import.meta.url)))],
    ...texts.map(([path, text]): [string, Content] => [path, Buffer.from(`${text}\n`)]),
  ])
}
