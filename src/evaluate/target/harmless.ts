/** Targets after which the packet goes on as it was, on the same way. */
import type { TargetExtension } from './extension.ts'

export const harmless: TargetExtension = {
  names: ['AUDIT', 'CHECKSUM', 'CLASSIFY', 'DSCP', 'LOG', 'NFLOG', 'SET', 'TCPMSS', 'TOS', 'TRACE', 'ULOG'],
  harmless: true,
  run: () => () => undefined,
}
