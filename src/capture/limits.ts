/** How much is read: more than any recording has, and no more than fits into a string of V8 (2^29 characters). */
import { KpxError } from '../error.ts'

/** Bytes of one file. iptables-nft's rules of 100,000 Services are 450 MB of JSON. */
export const mostFileBytes = 496 * 2 ** 20

/** Bytes of an archive's files together. */
export const mostArchiveBytes = 2 ** 31

/** Dumps shrink to a twentieth, zeros to a thousandth: an archive that grows by more than this, and beyond so many bytes, is a bomb. */
export const mostGrowth = 200
export const growthCountsFrom = 2 ** 26

export const tooLarge = (name: string): KpxError =>
  new KpxError('KPX1011', `${name} is larger than ${mostFileBytes / 2 ** 20} MiB`)
