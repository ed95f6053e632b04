/** Numbers as the kernel prints them below /proc/net. */

/** Of so many digits; anything else is undefined. */
export function parseHex(text: string, digits: number): number | undefined {
  return text.length === digits && /^[\da-f]+$/i.test(text) ? Number.parseInt(text, 16) : undefined
}

/** 32 digits in the order of the address (`%pi6`). */
export const parseHexIpv6 = (text: string): bigint | undefined =>
  /^[\da-f]{32}$/i.test(text) ? BigInt(`0x${text}`) : undefined

/** A word of 32 bits as a machine of the other byte order reads it. */
export const swapBytes = (word: number): number =>
  (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0

/** The length of a contiguous IPv4 mask. */
export function maskLength(mask: number): number | undefined {
  const length = 32 - Math.log2(2 ** 32 - mask)
  return Number.isInteger(length) ? length : undefined
}
