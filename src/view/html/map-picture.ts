/** The map of a Service as a picture: who sends, the addresses that they send to, and the endpoints by their nodes, with shares on the lines. */
import { shorten } from '../table.ts'
import { element } from './element.ts'
import type { Content, Element } from './element.ts'
import type { Band, End, Place, Sender, ServiceMap } from './service-map.ts'
import type { Tone } from './tone.ts'

interface Column {
  readonly x: number
  readonly width: number
}

/** Where things stand, in CSS pixels. */
interface Plan {
  readonly width: number
  readonly senders: Column
  readonly addresses: Column
  readonly ends: Column
  /** Beside each other, or below. */
  readonly isBeside: boolean
}

/** For a page as wide as paper, and for a telephone. */
export const wide: Plan = {
  width: 900,
  senders: { x: 1, width: 190 },
  addresses: { x: 231, width: 190 },
  ends: { x: 541, width: 358 },
  isBeside: true,
}
export const narrow: Plan = {
  width: 340,
  senders: { x: 1, width: 338 },
  addresses: { x: 1, width: 338 },
  ends: { x: 77, width: 262 },
  isBeside: false,
}

/** Of a fixed-width font of 13 px: 0.6 of its size, and a little more in some. */
const character = 7.9
const line = 18
const padding = 8
const gap = 10
const senderHeight = 2 * line + 2 * padding

/** `id` is unique in the page. */
export function mapPicture({ addresses, bands }: ServiceMap, id: string, plan: Plan): Element {
  const drawn: Element[] = []
  // room for the share above a line to the first end
  let y = gap
  for (const band of bands) {
    const { height, parts } = bandOf(band, addresses, y, plan)
    drawn.push(element('g', {}, parts))
    y += height + 2 * gap
  }
  return element(
    'svg',
    {
      class: plan.isBeside ? 'map wide' : 'map narrow',
      viewBox: `0 0 ${plan.width} ${y}`,
      width: plan.width,
      height: y,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-desc`,
    },
    element(
      'title',
      { id: `${id}-title` },
      `Who gets what is sent to ${addresses.map((one) => one.join(' ')).join(', ')}`,
    ),
    element('desc', { id: `${id}-desc` }, bands.map(bandText).join('; ')),
    drawn,
  )
}

const bandText = ({ places, senders }: Band): string =>
  `${senders.map(({ where, who }) => `${who} ${where}`).join(', ')}: ${places.flatMap(placeText).join(', ')}`

const placeText = ({ ends, node }: Place): string[] =>
  ends.map(({ name, result, share }) => {
    const word = result && result.word !== name ? ` (${result.word})` : ''
    return `${share} ${name}${word}${node === null ? '' : ` on ${node}`}`
  })

interface Drawn {
  readonly height: number
  readonly parts: readonly Content[]
}

function bandOf({ places, senders }: Band, addresses: ServiceMap['addresses'], top: number, plan: Plan): Drawn {
  const lines = addresses.flatMap(([kind, address]): Line[] => [
    { text: kind, class: 'dim' },
    { text: address, class: 'bold' },
  ])
  const first = senders.length * (senderHeight + gap) - gap
  const second = boxHeight(lines)
  const below = first + second + 4 * gap
  const ends = endsOf(places, plan.isBeside ? top : top + below, plan)
  const height = plan.isBeside ? Math.max(first, second, ends.height) : below + ends.height
  // beside many endpoints they stay where the picture begins
  const middle = top + Math.max(first / 2, second / 2, Math.min(height / 2, 160))
  const firstTop = plan.isBeside ? middle - first / 2 : top
  const secondTop = plan.isBeside ? middle - second / 2 : top + first + 2 * gap
  const from = plan.isBeside
    ? { x: plan.addresses.x + plan.addresses.width, y: middle }
    : { x: plan.addresses.x + 2 * padding, y: secondTop + second }
  return {
    height,
    parts: [
      senders.map((sender, i) => senderOf(sender, firstTop + i * (senderHeight + gap), plan)),
      plan.isBeside
        ? senders.map((_, i) => arrow(firstTop + i * (senderHeight + gap) + senderHeight / 2, middle, plan))
        : arrow(firstTop + first, secondTop, plan),
      ends.targets.map((target) => edge(from, target, plan)),
      box(plan.addresses, secondTop, lines, 'box service'),
      ends.parts,
    ],
  }
}

const senderOf = ({ isOdd, where, who }: Sender, y: number, { senders }: Plan): Content =>
  box(
    senders,
    y,
    [
      { text: who, class: 'bold' },
      { text: where, class: isOdd ? 'warn' : 'dim' },
    ],
    isOdd ? 'box odd' : 'box',
  )

interface Line {
  readonly text: string
  readonly class: string
}

const boxHeight = (lines: readonly Line[]): number => lines.length * line + 2 * padding

const box = ({ width, x }: Column, y: number, lines: readonly Line[], name: string): Content => [
  element('rect', { class: name, x, y, width, height: boxHeight(lines), rx: 6 }),
  lines.map((one, i) => words(one, x + padding, y + padding + (i + 1) * line - 5, width - 2 * padding)),
]

/** What is too long is shortened, and whole for who points at it. */
function words({ text, ...attributes }: Line, x: number, y: number, width: number): Element {
  const short = shortened(text, width)
  return element('text', { x, y, ...attributes }, short === text ? undefined : element('title', {}, text), short)
}

function shortened(text: string, width: number): string {
  const room = Math.floor(width / character)
  return text.length > room ? shorten(text, room) : text
}

/** From senders to addresses: to the right, or down. */
function arrow(y: number, toY: number, { addresses, isBeside, senders, width }: Plan): Element {
  const [from, to] = [senders.x + senders.width, addresses.x]
  const [half, middle] = [(from + to) / 2, width / 2]
  const d = isBeside
    ? `M${from} ${y}C${half} ${y} ${half} ${toY} ${to} ${toY}M${to - 7} ${toY - 4}L${to} ${toY}L${to - 7} ${toY + 4}`
    : `M${middle} ${y}V${toY}M${middle - 4} ${toY - 7}L${middle} ${toY}L${middle + 4} ${toY - 7}`
  return element('path', { class: 'edge', d })
}

interface Target {
  readonly end: End
  readonly y: number
}

/** Room for the share before an end. */
const labelWidth = 58

function edge(
  { x, y }: { readonly x: number; readonly y: number },
  { end, y: toY }: Target,
  { ends, isBeside }: Plan,
): Content {
  const knee = ends.x - labelWidth
  const path = isBeside
    ? `M${x} ${y}C${x + 44} ${y} ${knee - 30} ${toY} ${knee} ${toY}H${ends.x}`
    : `M${x} ${y}V${toY - 8}Q${x} ${toY} ${x + 8} ${toY}H${ends.x}`
  const tone = end.result?.tone
  return [
    element('path', { class: ['edge', tone ?? ''].join(' ').trim(), d: path, 'stroke-width': 1 + 2 * end.part }),
    element('text', { class: 'share', x: ends.x - 6, y: toY - 6, 'text-anchor': 'end' }, end.share),
  ]
}

interface DrawnEnds extends Drawn {
  readonly targets: readonly Target[]
}

/** Each node has a frame around what is on it. */
function endsOf(places: readonly Place[], top: number, { ends: column, isBeside }: Plan): DrawnEnds {
  const parts: Content[] = []
  const targets: Target[] = []
  let y = top
  for (const { ends, node } of places) {
    const start = y
    if (node !== null) y += line + padding
    for (const end of ends) {
      const { height, parts: own } = endOf(end, y, column, isBeside)
      parts.push(own)
      targets.push({ end, y: y + height / 2 })
      y += height
    }
    if (node !== null) {
      parts.push(
        element('rect', { class: 'node', x: column.x, y: start, width: column.width, height: y - start, rx: 6 }),
        words({ text: node, class: 'dim' }, column.x + padding, start + line - 2, column.width - 2 * padding),
      )
    }
    y += gap
  }
  return { height: y - gap - top, parts, targets }
}

/** Name and address in one line where there is room for it. */
function endOf({ address, name, result }: End, y: number, { width, x }: Column, isBeside: boolean): Drawn {
  const room = width - 2 * padding
  const addressWidth = Math.min(address.length * character, room * 0.6)
  const hasOwnWord = result !== undefined && result.word !== name
  const rows = 1 + (address === '' || isBeside ? 0 : 1) + (hasOwnWord ? 1 : 0)
  const height = rows * line + padding
  const at = (row: number): number => y + padding / 2 + (row + 1) * line - 5
  const left = x + padding
  const tone: Tone = result?.tone ?? 'bold'
  const nameRoom = isBeside && address !== '' ? room - addressWidth - padding : room
  const short = shortened(address, isBeside ? addressWidth + 1 : room)
  return {
    height,
    parts: [
      element('rect', { class: ['end', result?.tone ?? ''].join(' ').trim(), x, y, width, height, rx: 6 }),
      words({ text: name, class: tone }, left, at(0), nameRoom),
      address === ''
        ? undefined
        : element(
            'text',
            isBeside
              ? { class: 'dim', x: x + width - padding, y: at(0), 'text-anchor': 'end' }
              : { class: 'dim', x: left, y: at(1) },
            short,
          ),
      hasOwnWord ? words({ text: result.word, class: tone }, left, at(rows - 1), room) : undefined,
    ],
  }
}
