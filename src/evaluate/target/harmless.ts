/** Targets after which the packet goes on as it was, on the same way. */
import type { TargetExtension } from './extension.ts'

export const harmless: TargetExtension = {
  names: [
    'AUDIT',
    'CHECKSUM',
    'CLASSIFY',
    'CONNSECMARK',
    'DSCP',
    'ECN',
    'HL',
    'LOG',
    'NFLOG',
    'SECMARK',
    'TCPMSS',
    'TCPOPTSTRIP',
    'TEE',
    'TOS',
    'TRACE',
    'TTL',
    'ULOG',
  ],
  harmless: true,
  run: () => () => undefined,
}
