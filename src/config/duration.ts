/** Durations as Go's time package reads and writes them. */

const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['\u00b5s', 1000n],
  ['\u03bcs', 1000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
])

const most = 2n ** 63n
const part = /(\d*)(?:(\.)(\d*))?([^\d.]*)/y

/** Nanoseconds of `1h30m`, `-1.5s`, `0`; or what time.ParseDuration says is wrong with it. */
export function parseDuration(text: string): bigint | string {
  const sign = text.startsWith('-') ? -1n : 1n
  const digits = /^[-+]/.test(text) ? text.slice(1) : text
  const invalid = `time: invalid duration ${quoted(text)}`
  if (digits === '0') return 0n
  if (digits === '') return invalid
  let sum = 0n
  part.lastIndex = 0
  while (part.lastIndex < digits.length) {
    const [, whole = '', dot, fraction = '', unit = ''] = part.exec(digits) ?? []
    if (whole === '' && fraction === '') return invalid
    if (unit === '') return `time: missing unit in duration ${quoted(text)}`
    const factor = units.get(unit)
    if (factor === undefined) return `time: unknown unit ${quoted(unit)} in duration ${quoted(text)}`
    sum += BigInt(whole) * factor
    if (dot !== undefined) sum += fractionOf(fraction, factor)
    if (sum > most || (sum === most && sign > 0n)) return invalid
  }
  return sign * sum
}

/** Go counts it in floating point, and forgets digits that 63 bits do not hold. */
function fractionOf(digits: string, factor: bigint): bigint {
  let value = 0n
  let scale = 1
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit)
    if (value > (most - 1n) / 10n || next > most) break
    value = next
    scale *= 10
  }
  return BigInt(Math.trunc(Number(value) * (Number(factor) / scale)))
}

/** As Go writes it: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  const sign = nanoseconds < 0n ? '-' : ''
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds
  if (value === 0n) return '0s'
  const small = [
    [1000n, 1n, 'ns'],
    [1_000_000n, 1000n, '\u00b5s'],
    [1_000_000_000n, 1_000_000n, 'ms'],
  ] as const
  for (const [below, factor, unit] of small) if (value < below) return sign + decimal(value, factor) + unit
  const minutes = value / 60_000_000_000n
  const seconds = `${decimal(value % 60_000_000_000n, 1_000_000_000n)}s`
  if (minutes === 0n) return sign + seconds
  return minutes < 60n ? `${sign}${minutes}m${seconds}` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`
}

function decimal(value: bigint, factor: bigint): string {
  const digits = factor.toString().length - 1
  const fraction = (value % factor).toString().padStart(digits, '0').replace(/0+$/, '')
  return `${value / factor}${fraction === '' || digits === 0 ? '' : `.${fraction}`}`
}

/** As Go's time package quotes. */
const quoted = (text: string): string =>
  `"${text
    .replaceAll(/["\\]/g, '\\$&')
    .replaceAll(/[^ -~]+/g, (rest) =>
      [...Buffer.from(rest)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
    )}"`
