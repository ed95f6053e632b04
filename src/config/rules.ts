/** Rules that several fields share. Their details are the ends of kube-proxy's own messages. */
import { cidrFamily, ipFamily, splitHostPort } from './address.ts'
import type { Refusal, Rule, Span } from './field.ts'
import { formatDuration } from './duration.ts'
import { asText } from './value.ts'
import type { Value } from './value.ts'

type Where = Pick<Rule, 'backends' | 'upstream'> & Span

const refusedIf = (refused: boolean, detail: string): Refusal[] => (refused ? [{ detail }] : [])

export const within = (least: number, most: number, where: Where): Rule => ({
  ...where,
  must: `from ${least} to ${most}`,
  refusals: (value) =>
    refusedIf(Number(value) < least || Number(value) > most, `must be within the range [${least}, ${most}]`),
})

export const notNegative = (where: Where): Rule => ({
  ...where,
  must: '0 or more',
  refusals: (value) => refusedIf(isNegative(value), 'must be greater than or equal to 0'),
})

export const positive = (where: Where): Rule => ({
  ...where,
  must: 'more than 0',
  refusals: (value) => refusedIf(value === 0n || isNegative(value), 'must be greater than 0'),
})

const isNegative = (value: Value): boolean => (typeof value === 'bigint' || typeof value === 'number') && value < 0

/** For the shortest time between two syncs. `named` is how kube-proxy's message names it. */
export const notLongerThan = (path: string, named: string, where: Where): Rule => ({
  ...where,
  must: `no longer than ${path}`,
  refusals: (value, all) => {
    const longest = all.nanoseconds(path)
    if (typeof value !== 'bigint' || value <= longest) return []
    const note = `${path} is ${formatDuration(longest)}, this is ${formatDuration(value)}`
    return [{ detail: `must be greater than or equal to KubeProxyConfiguration.${named}`, note }]
  },
})

export const anIp = (where: Where): Rule => ({
  ...where,
  must: 'an IP address',
  refusals: (value) =>
    refusedIf(ipFamily(asText(value)) === undefined, 'not a valid textual representation of an IP address'),
})

/** Empty is what the flag --healthz-port=0 makes of it, and turns the server off. */
export const anIpAndPort = (where: Where, orEmpty = false): Rule => ({
  ...where,
  must: 'an IP address, or one and a port from 1 to 65535 (IPv6 with a port in brackets)',
  refusals: (value) => {
    if (orEmpty && value === '') return []
    const parts = splitHostPort(asText(value))
    if (!parts) return [{ detail: 'must be IP:port' }]
    return [
      ...refusedIf(ipFamily(parts.host) === undefined, 'must be a valid IP'),
      ...refusedIf(!isPort(parts.port), 'must be a valid port'),
    ]
  },
})

const isPort = (text: string): boolean => /^\+?\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535

export const cidrs = (where: Where): Rule => ({
  ...where,
  must: 'a list of CIDRs',
  refusals: (value) =>
    itemsOf(value).flatMap((item, i) =>
      cidrFamily(item) === undefined ? [{ item: i, detail: 'must be a valid CIDR' }] : [],
    ),
})

/** The first bad item, named as the whole list. */
export const ipBlocks = (where: Where): Rule => ({
  ...where,
  must: 'a list of CIDRs',
  refusals: (value) =>
    refusedIf(
      itemsOf(value).some((item) => cidrFamily(item) === undefined),
      'must be a valid IP block',
    ),
})

export const itemsOf = (value: Value): readonly string[] => (Array.isArray(value) ? (value as readonly string[]) : [])

export const notEmptyIf = (mode: string, where: Where): Rule => ({
  ...where,
  must: `not empty where detectLocalMode is ${mode}`,
  refusals: (value, all) => refusedIf(value === '' && all.text('detectLocalMode') === mode, 'must not be empty'),
})
