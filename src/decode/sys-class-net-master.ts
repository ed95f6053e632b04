/**
 * Which bridge a device is a port of: `grep -H INTERFACE /sys/class/net/DEVICE/master/uevent` of every device. The link `master` is there
 * for ports only (netdev_adjacent_sysfs_add(), net/core/dev.c), and uevent names the bridge (netdev_uevent(), net/core/net-sysfs.c).
 */
import { type DecodedLines, type Said, decodeProcNetLines } from './proc-net-lines.ts'
import type { SourceFile } from './source.ts'

export interface BridgePort {
  readonly device: string
  readonly master: string
}

export const decodeSysClassNetMaster = (source: SourceFile): DecodedLines<BridgePort> =>
  decodeProcNetLines(source, ([text = '', ...more]) => (more.length > 0 ? notAPort : readPort(text)))

const notAPort: Said<BridgePort> = { unknown: 'not /sys/class/net/DEVICE/master/uevent:INTERFACE=MASTER' }

function readPort(text: string): Said<BridgePort> {
  const [, device, master] = /^\/sys\/class\/net\/([^/]+)\/master\/uevent:INTERFACE=(\S+)$/.exec(text) ?? []
  return device === undefined || master === undefined ? notAPort : { item: { device, master } }
}
