/** Services to pods: one line for each endpoint, nodes that agree told once. */
import type { ServiceItem, ServiceList } from '../answer/services.ts'
import { addressText } from '../answer/outcome.ts'
import { cutNote } from './cut.ts'
import { formatShare, resultCell } from './outcome.ts'
import { seenView } from './seen.ts'
import type { ViewOptions } from './style.ts'
import { table } from './table.ts'
import type { Cell, Column, TableContent } from './table.ts'

const columns: readonly Column[] = [
  { header: 'SERVICE', shrink: true, min: 14 },
  { header: 'FRONTEND', shrink: true, min: 29 },
  { header: 'NODES', shrink: true, min: 6 },
  { header: 'SHARE', align: 'right' },
  { header: 'ENDPOINT', wide: true },
  { header: 'POD', shrink: true, min: 12 },
  { header: 'ON' },
  { header: 'FROM', wide: true },
]

export function servicesView(list: ServiceList, options: ViewOptions): string {
  const { more, rows } = servicesTable(list, options)
  const body = table(columns, rows, options) + (more === '' ? '' : `\n${more}`)
  return (list.items.length === 0 ? 'no Services with an address\n' : body) + seenView(list.seen, options)
}

/** `more` tells that lists are cut, where any is. */
export function servicesTable({ items }: ServiceList, options: ViewOptions): TableContent & { readonly more: string } {
  const isCut = items.some(({ endpoints }) => endpoints.length > options.limit)
  return { columns, rows: serviceRows(items, options), more: isCut ? cutNote(options.limit) : '' }
}

function serviceRows(items: readonly ServiceItem[], options: ViewOptions): Cell[][] {
  const nodes = new Set(items.map(({ node }) => node)).size
  return grouped(items).flatMap((group) => rowsOf(group, nodes, options))
}

interface Group {
  readonly item: ServiceItem
  readonly nodes: string[]
  /** The first of its frontend, of which the Service is named. */
  readonly first: boolean
}

/** Nodes that agree about a frontend are one group. */
function grouped(items: readonly ServiceItem[]): Group[] {
  const frontends = new Map<string, Group[]>()
  for (const item of items) {
    const { family, ip, kind, port, protocol, service } = item
    const frontend = `${service} ${kind} ${ip} ${family} ${port} ${protocol}`
    const groups = frontends.get(frontend)
    const group = groups?.find((one) => isSame(one.item, item))
    if (group) group.nodes.push(item.node)
    else if (groups) groups.push({ item, nodes: [item.node], first: false })
    else frontends.set(frontend, [{ item, nodes: [item.node], first: true }])
  }
  return [...frontends.values()].flat()
}

const isSame = (a: ServiceItem, b: ServiceItem): boolean =>
  a.verdict === b.verdict &&
  a.endpoints.length === b.endpoints.length &&
  a.endpoints.every((one, i) => isSameEndpoint(one, b.endpoints[i])) &&
  JSON.stringify(a.others) === JSON.stringify(b.others)

type Endpoint = ServiceItem['endpoints'][number]

const isSameEndpoint = (a: Endpoint, b: Endpoint | undefined): boolean =>
  a.ip === b?.ip && a.port === b.port && a.share === b.share && a.pod === b.pod && a.node === b.node

const frontendText = ({ family, ip, port }: ServiceItem): string =>
  ip === null ? `${port}${family === 'IPv6' ? ' (IPv6)' : ''}` : addressText({ ip, port })

function rowsOf({ first, item, nodes }: Group, all: number, { limit, style, wide }: ViewOptions): Cell[][] {
  const { endpoints, from, kind, others, protocol, service } = item
  const lead: Cell[] = [
    first ? service : '',
    first ? `${kind} ${frontendText(item)}/${protocol}` : '',
    nodes.length === all && all > 1 ? 'all' : nodes.join(','),
  ]
  const parts = [
    ...endpoints
      .slice(0, limit)
      .map((endpoint): Cell[] => [
        formatShare(endpoint.share),
        wide ? addressText(endpoint) : '',
        endpoint.pod === null ? addressText(endpoint) : (endpoint.pod.split('/')[1] ?? endpoint.pod),
        endpoint.node ?? '',
      ]),
    ...(endpoints.length > limit ? [['', '', `and ${endpoints.length - limit} more`, '']] : []),
    ...others.map(({ share, verdict }): Cell[] => [formatShare(share), '', resultCell({ verdict }, style), '']),
  ]
  return parts.map((part, i) => (i === 0 ? [...lead, ...part, from] : ['', '', '', ...part, '']))
}
