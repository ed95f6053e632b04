/** Quantities of bytes (k8s.io/apimachinery/pkg/api/resource), as far as a configuration's buffer sizes need them. */

const pattern = /^([-+]?)(\d+)?(?:(\.)(\d*))?(?:([eE][-+]?\d+)|([numkKMGTPE]|[KMGTPE]i))?$/

const decimals: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binaries = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

/** Bytes of `512`, `1.5k`, `2Ki`, rounded up as a buffer's size is; undefined for what is no quantity. */
export function parseQuantity(text: string): bigint | undefined {
  const [matched, sign = '', whole = '', , fraction = '', exponent, suffix = ''] = pattern.exec(text) ?? []
  if (matched === undefined || (whole === '' && fraction === '') || suffix === 'K') return undefined
  const power = exponent === undefined ? decimals[suffix] : Number(exponent.slice(1))
  const factor = power === undefined ? 1024n ** BigInt(binaries.indexOf(suffix) + 1) : 1n
  const scale = (power ?? 0) - fraction.length
  if (Math.abs(scale) > largest) return undefined
  const digits = BigInt(`${whole}${fraction}`) * factor
  const bytes = scale >= 0 ? digits * 10n ** BigInt(scale) : roundedUp(digits, 10n ** BigInt(-scale))
  return sign === '-' ? -bytes : bytes
}

/** More zeros than any number of bytes has. */
const largest = 1000

const roundedUp = (value: bigint, divisor: bigint): bigint => (value + divisor - 1n) / divisor
