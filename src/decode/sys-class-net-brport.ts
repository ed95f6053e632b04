/**
 * Which bridge a device is a port of: `grep -H INTERFACE /sys/class/net/DEVICE/brport/bridge/uevent` of every device. The folder brport
 * is there for ports of bridges only, not of bonds (br_sysfs_addif(), net/bridge/br_sysfs_if.c), and uevent names the bridge
 * (netdev_uevent(), net/core/net-sysfs.c).
 */
import { type DecodedLines, type Said, decodeProcNetLines } from './proc-net-lines.ts'
import type { SourceFile } from './source.ts'

export interface BridgePort {
  readonly device: string
  readonly bridge: string
}

export const decodeSysClassNetBrport = (source: SourceFile): DecodedLines<BridgePort> =>
  decodeProcNetLines(source, ([text = '', ...more]) => (more.length > 0 ? notAPort : readPort(text)))

const notAPort: Said<BridgePort> = { unknown: 'not /sys/class/net/DEVICE/brport/bridge/uevent:INTERFACE=BRIDGE' }

function readPort(text: string): Said<BridgePort> {
  const [, device, bridge] = /^\/sys\/class\/net\/([^/]+)\/brport\/bridge\/uevent:INTERFACE=(\S+)$/.exec(text) ?? []
  return device === undefined || bridge === undefined ? notAPort : { item: { device, bridge } }
}
