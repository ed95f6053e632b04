/**
 * EndpointSlices by Service and by address. A slice is parsed when it is first asked for: a cluster may have 100,000 endpoints, and a
 * question is about a few. Which slices may have the answer their text tells, without being parsed.
 */
import type { Capture, ItemList, UnparsedItem } from '../capture/capture.ts'
import { parseIp } from '../ruleset/address.ts'
import type { Ip } from '../ruleset/address.ts'
import { endpointsOf, otherKind, qualified } from './objects.ts'
import type { Endpoint } from './objects.ts'

const name = 'endpointslices'

const nothing: readonly Endpoint[] = []

export class EndpointSlices {
  readonly recorded: boolean
  #list: ItemList
  readonly #slices: readonly Slice[]
  #index: Index | undefined
  #last: { readonly ip: Ip | undefined; readonly found: readonly Endpoint[] } = { ip: undefined, found: nothing }

  /** Throws KPX1008 where the list holds other objects. */
  constructor(capture: Capture) {
    const list = capture.list(name)
    this.recorded = list !== undefined
    this.#list = list ?? []
    this.#slices = list ? slicesOf(list) : []
    // one slice among others makes the list one of slices
    if (!this.#slices.some(({ kind }) => kind === undefined)) {
      const other = this.#slices[0]?.kind
      if (other !== undefined) throw otherKind(capture, name, other)
    }
  }

  /** Parsed together, which is quicker than one by one. */
  get all(): readonly Endpoint[] {
    let at = 0
    for (const value of this.#list) this.#slices[at++]?.take(value)
    // the text of what is parsed is not needed again
    this.#list = []
    return this.#slices.flatMap(({ endpoints }) => endpoints)
  }

  get isEmpty(): boolean {
    return !this.#slices.some(({ endpoints }) => endpoints.length > 0)
  }

  of(named: { readonly namespace: string; readonly name: string }): Endpoint[] {
    const owner = qualified(named)
    const slices = this.#found().byService.get(named.name) ?? []
    return slices.flatMap(({ endpoints }) => endpoints.filter(({ service }) => service === owner))
  }

  at(ip: Ip): readonly Endpoint[] {
    // one packet's answer asks for its endpoint again and again
    if (ip === this.#last.ip) return this.#last.found
    const slices = this.#found().byAddress.get(ip)
    if (!slices) return nothing
    const found = slices.flatMap(({ endpoints }) => endpoints.filter(({ address }) => address === ip))
    this.#last = { ip, found }
    return found
  }

  #found(): Index {
    return (this.#index ??= indexOf(this.#slices))
  }
}

/** Every slice that has the label's value, or the address, and perhaps more. */
interface Index {
  readonly byService: ReadonlyMap<string, readonly Slice[]>
  readonly byAddress: ReadonlyMap<Ip, readonly Slice[]>
}

function indexOf(slices: readonly Slice[]): Index {
  const byService = new Map<string, readonly Slice[]>()
  const byAddress = new Map<Ip, readonly Slice[]>()
  for (const slice of slices) {
    const { addresses, services } = slice.leads()
    const alone = [slice]
    for (const service of services) add(byService, service, alone)
    for (const address of addresses) add(byAddress, address, alone)
  }
  return { byService, byAddress }
}

/** Most keys have one slice, so that those of a slice can share it. */
function add<K>(map: Map<K, readonly Slice[]>, key: K, alone: readonly Slice[]): void {
  const slices = map.get(key)
  if (!slices) map.set(key, alone)
  else if (slices.at(-1) !== alone[0]) map.set(key, [...slices, ...alone])
}

const slicesOf = (list: ItemList): Slice[] =>
  list.unparsed?.map((item) => new Slice(item)) ?? Array.from(list, (value) => new Slice(undefined, endpointsOf(value)))

interface Leads {
  readonly services: readonly string[]
  readonly addresses: readonly Ip[]
}

class Slice {
  #item: UnparsedItem | undefined
  #parsed: Endpoint[] | string | undefined

  constructor(item: UnparsedItem | undefined, parsed?: Endpoint[] | string) {
    this.#item = item
    this.#parsed = parsed
  }

  /** What its item says. */
  take(value: unknown): void {
    this.#parsed ??= endpointsOf(value)
    this.#item = undefined
  }

  get #content(): Endpoint[] | string {
    return (this.#parsed ??= endpointsOf(this.#item?.value()))
  }

  get endpoints(): readonly Endpoint[] {
    return typeof this.#content === 'string' ? [] : this.#content
  }

  /** Of an object that is no slice. */
  get kind(): string | undefined {
    return typeof this.#content === 'string' ? this.#content : undefined
  }

  /** Whom it may be for, and which addresses it may have. */
  leads(): Leads {
    const told = this.#parsed === undefined && this.#item ? leadsIn(this.#item.text()) : undefined
    return told ?? leadsOf(this.endpoints)
  }
}

/** The endpoints of a slice are all for one Service. */
const leadsOf = (endpoints: readonly Endpoint[]): Leads => {
  const service = endpoints[0]?.service
  return {
    services: service === undefined ? [] : [service.slice(service.indexOf('/') + 1)],
    addresses: endpoints.flatMap(({ address }) => address ?? []),
  }
}

/** What stands behind the keys, wherever they are; undefined where that cannot be told without parsing. */
function leadsIn(text: string): Leads | undefined {
  // an escape may stand for any character
  if (text.includes('\\')) return undefined
  const services: string[] = []
  const addresses: Ip[] = []
  lead.lastIndex = 0
  for (let found = lead.exec(text); found; found = lead.exec(text)) {
    const [, service, address] = found
    if (service !== undefined) services.push(service)
    else {
      const ip = address === undefined ? undefined : parseIp(address)
      if (ip === undefined) return undefined
      addresses.push(ip)
    }
  }
  return { services, addresses }
}

/** An endpoint has one address, so that whatever else stands there is left to the parser. */
const lead = /"kubernetes\.io\/service-name"\s*:\s*"([^"]*)"|"addresses"(?:\s*:\s*\[\s*"([^"]*)"\s*\])?/g
