/** What is mutated: the recordings' files, thinned so that an input costs little. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { recordings } from '../decode/recordings.ts'
import { captures, root } from '../kpx.ts'
import type { Random } from './random.ts'

/** A file in pieces, of which any may be left out but those that hold the others together. */
export interface Seed {
  readonly pieces: readonly string[]
  readonly isFrame: (piece: string) => boolean
  readonly join: (pieces: readonly string[]) => string
}

/** The file, or the most of it left out. */
export function thinned({ isFrame, join, pieces }: Seed, random: Random): string {
  if (pieces.length < 20 || random.oneIn(20)) return join(pieces)
  const among = random.pick([4, 10, 40])
  return join(pieces.filter((piece) => isFrame(piece) || random.oneIn(among)))
}

export const recordingNames: readonly string[] = readdirSync(captures).filter((name) => name.startsWith('k'))

const texts = (part: string): string[] => recordings(part).map(({ text }) => text)

function rulesets(part: string): string[] {
  const folder = join(root, 'test/decode/nft-rulesets')
  const names = readdirSync(folder).filter((name) => name.endsWith('-json.txt') === (part === 'json'))
  return names.map((name) => readFileSync(join(folder, name), 'utf8'))
}

const withEnds = (text: string): string[] => text.split(/(?<=\n)/)
const concat = (pieces: readonly string[]): string => pieces.join('')

const lineSeeds = (part: string, frame = /^$/): Seed[] =>
  texts(part).map((text) => ({ pieces: withEnds(text), isFrame: (piece) => frame.test(piece), join: concat }))

/** The recordings' nodes had ip(8). */
function procNetSeeds(name: string, frame = /^$/): Seed[] {
  const folder = join(root, 'test/decode/proc-net')
  return readdirSync(folder).map((node) => ({
    pieces: withEnds(readFileSync(join(folder, node, name), 'utf8')),
    isFrame: (piece) => frame.test(piece),
    join: concat,
  }))
}

/** Chains and sets stand between blank lines. */
const nftTextSeeds = (): Seed[] =>
  [...texts('nft-list-ruleset.txt'), ...rulesets('text')].map((text) => ({
    pieces: text.split(/(?<=\n\n)/),
    isFrame: (piece) => /^table |^\}/m.test(piece),
    join: concat,
  }))

/** Arrays of objects, alone or below `key`. */
const jsonSeeds = (files: readonly string[], key?: string): Seed[] =>
  files.map((text) => {
    const value = JSON.parse(text) as Record<string, unknown>
    const list = (key === undefined ? value : value[key]) as unknown[]
    return {
      pieces: list.map((item) => JSON.stringify(item)),
      isFrame: (piece) => /^\{"(?:metainfo|table)"/.test(piece),
      join: (pieces) => {
        const array = `[${pieces.join(', ')}]`
        return key === undefined ? array : `{"${key}": ${array}}\n`
      },
    }
  })

const objectSeeds = (kind: string): Seed[] =>
  jsonSeeds(
    recordingNames.map((name) => readFileSync(join(captures, name, 'objects', `${kind}.json`), 'utf8')),
    'items',
  )

/** By the name that the capture format gives to such a file. */
export const seedsOf: Readonly<Record<string, () => Seed[]>> = {
  'iptables-save.txt': () => lineSeeds('iptables-save.txt', /^\*|^COMMIT|^#|^:\S+ (?:ACCEPT|DROP)/),
  'ip6tables-save.txt': () => lineSeeds('ip6tables-save.txt', /^\*|^COMMIT|^#|^:\S+ (?:ACCEPT|DROP)/),
  'nft-list-ruleset.txt': nftTextSeeds,
  'nft-list-ruleset.json': () => jsonSeeds([...texts('nft-list-ruleset.json'), ...rulesets('json')], 'nftables'),
  'ipset-save.txt': () => lineSeeds('ipset-save.txt'),
  'ipvsadm-save.txt': () => lineSeeds('ipvsadm-save.txt'),
  'ipvsadm-list.txt': () => lineSeeds('ipvsadm-list.txt', /^\w/),
  'proc-net-ip_vs.txt': () => lineSeeds('proc-net-ip_vs.txt', /^\w/),
  'ip-addr.json': () => jsonSeeds(texts('ip-addr.json')),
  'ip-route.json': () => jsonSeeds(texts('ip-route.json')),
  'ip6-route.json': () => jsonSeeds(texts('ip6-route.json')),
  'proc-net-dev.txt': () => procNetSeeds('proc-net-dev.txt', /\|/),
  'proc-net-fib_trie.txt': () => procNetSeeds('proc-net-fib_trie.txt', /:$/),
  'proc-net-if_inet6.txt': () => procNetSeeds('proc-net-if_inet6.txt'),
  'proc-net-ipv6_route.txt': () => procNetSeeds('proc-net-ipv6_route.txt'),
  'proc-net-route.txt': () => procNetSeeds('proc-net-route.txt', /^Iface/),
  'sysctl.txt': () => lineSeeds('sysctl.txt'),
  'nft-version.txt': () => lineSeeds('nft-version.txt'),
  'iptables-version.txt': () => lineSeeds('iptables-version.txt'),
  'proxyMode.txt': () => lineSeeds('proxyMode.txt'),
  'endpointslices.json': () => objectSeeds('endpointslices'),
  'nodes.json': () => objectSeeds('nodes'),
  'pods.json': () => objectSeeds('pods'),
  'services.json': () => objectSeeds('services'),
}
