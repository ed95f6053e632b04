/** What kube-proxy fills in: its own defaults, and those of the operating system. */
import { ipFamily, withPort } from './address.ts'
import { parseDuration } from './duration.ts'
import type { Field } from './field.ts'
import { Settings } from './settings.ts'
import type { Origin } from './settings.ts'
import { fieldsOf } from './spans.ts'
import type { Value } from './value.ts'

/** `origin` is where the given values come from. Linux. */
export function complete(given: ReadonlyMap<string, Value>, origin: Origin, minor: number): Settings {
  const settings = new Settings(minor)
  for (const field of fieldsOf(minor)) {
    const value = given.get(field.path)
    const counts = origin === 'flag' || field.overruled === undefined
    if (value !== undefined && counts && (field.zeroCounts === true || !isZero(value) || field.default === undefined)) {
      settings.set(field.path, value, origin)
    } else settings.set(field.path, defaultOf(field), 'default')
  }
  completeAddresses(settings)
  completeForLinux(settings)
  return settings
}

/** The port of a bare address, and IPv6 where bindAddress is (or is no address at all). */
function completeAddresses(settings: Settings): void {
  const isIpv4 = ipFamily(settings.text('bindAddress')) === 'IPv4'
  for (const [path, port, ipv6] of [
    ['healthzBindAddress', 10_256, '[::]'],
    ['metricsBindAddress', 10_249, '[::1]'],
  ] as const) {
    const setting = settings.get(path)
    if (setting?.origin === 'default' && !isIpv4) settings.set(path, `${ipv6}:${port}`, 'default')
    else if (setting) settings.set(path, withPort(settings.text(path), port, settings.minor), setting.origin)
  }
}

function completeForLinux(settings: Settings): void {
  if (settings.text('mode') === '') settings.set('mode', 'iptables', 'default')
  if (settings.text('detectLocalMode') === '') settings.set('detectLocalMode', 'ClusterCIDR', 'default')
  const addresses = settings.get('nodePortAddresses')?.value
  const isEmpty = Array.isArray(addresses) && addresses.length === 0
  if (settings.backend === 'nftables' && settings.minor >= firstWithPrimary && isEmpty) {
    settings.set('nodePortAddresses', ['primary'], 'default')
  }
}

/** Before it, nftables mode had all addresses (1.29), or the primary ones without saying so (1.30). */
const firstWithPrimary = 31

function isZero(value: Value): boolean {
  if (typeof value === 'object')
    return value instanceof Map ? value.size === 0 : (value as readonly unknown[]).length === 0
  return value === '' || value === 0 || value === 0n || value === false
}

const zeros: Readonly<Record<Field['type'], Value>> = {
  boolean: false,
  duration: 0n,
  float32: 0,
  gates: new Map(),
  int32: 0,
  nanoseconds: 0n,
  quantity: '0',
  string: '',
  strings: [],
  uint32: 0,
  vmodule: [],
}

/** The default as a value, or the zero value. */
export function defaultOf(field: Field): Value {
  const { type } = field
  if (field.default === undefined) return zeros[type]
  const isDuration = type === 'duration' || type === 'nanoseconds'
  return isDuration ? BigInt(parseDuration(String(field.default))) : field.default
}
