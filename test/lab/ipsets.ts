/** ipsets by chance, of the types that the evaluator knows, and matches in them. */
import type { Protocol, Words } from './words.ts'

type Part = 'ip' | 'net' | 'port'

interface Made {
  readonly name: string
  readonly parts: readonly Part[]
}

const types: readonly (readonly [string, readonly Part[]])[] = [
  ['hash:ip', ['ip']],
  ['hash:net', ['net']],
  ['hash:ip,port', ['ip', 'port']],
  ['hash:net,port', ['net', 'port']],
  ['hash:ip,port,ip', ['ip', 'port', 'ip']],
  ['hash:ip,port,net', ['ip', 'port', 'net']],
  ['bitmap:port', ['port']],
]

/** For `ipset restore`. */
export class IpSets {
  readonly lines: string[] = []
  readonly #made: Made[] = []

  constructor(words: Words) {
    for (let i = 1 + words.below(3); i > 0; i--) this.#make(words)
  }

  #make(words: Words): void {
    const [type, parts] = words.pick(types)
    const name = `set${words.family === 'ip' ? 4 : 6}-${this.#made.length}`
    const isBitmap = type === 'bitmap:port'
    this.lines.push(
      `create ${name} ${type} ${isBitmap ? 'range 0-65535' : `family ${words.family === 'ip' ? 'inet' : 'inet6'}`}`,
    )
    const entries = new Map<string, string>()
    for (let i = words.below(6); i > 0; i--) {
      const text = parts.map((part, at) => entryPart(part, at, words, isBitmap)).join(',')
      // an address is the network of it
      entries.set(text.replaceAll(/\/(?:32|128)\b/g, ''), text)
    }
    for (const entry of entries.values()) {
      const nomatch = parts.includes('net') && words.percent(20) ? ' nomatch' : ''
      this.lines.push(`add ${name} ${entry}${nomatch}`)
    }
    this.#made.push({ name, parts })
  }

  match(words: Words, not: string): string {
    const { name, parts } = words.pick(this.#made)
    const directions = parts.map((part, at) =>
      part === 'port' ? 'dst' : at === 0 ? words.pick(['dst', 'dst', 'src']) : 'src',
    )
    return `-m set ${not}--match-set ${name} ${directions.join(',')}`
  }
}

function entryPart(part: Part, at: number, words: Words, isBitmap: boolean): string {
  if (part === 'ip') return at === 0 ? words.destination() : words.source()
  if (part === 'net')
    return at === 0
      ? words.destinationPrefix().replace(/^(0\.0\.0\.0|::)\/1$/, words.destination())
      : words.sourcePrefix()
  const protocol: Protocol = words.protocol()
  return isBitmap ? String(words.port()) : `${protocol}:${words.port()}`
}
