/** What kube-proxy's reader (go-yaml v2, which is libyaml in Go) refuses and js-yaml takes. */
import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from 'js-yaml'
import type { Event, ScalarEvent } from 'js-yaml'
import { UnreadableText } from './node.ts'

/** Throws UnreadableText. `events` are those of the text's only document. */
export function refuseBeyondYaml11(text: string, events: readonly Event[]): void {
  refuseDirectives(text, events)
  const regions = regionsOf(text, events)
  refuseTabs(text, regions)
  refuseEscapes(text, regions)
  for (const { inFlow, scalar } of regions) {
    if (!inFlow || scalar?.style !== SCALAR_STYLE.PLAIN) continue
    const at = text.slice(scalar.valueStart + 1, scalar.valueEnd).indexOf('?')
    if (at >= 0) throw new UnreadableText("did not find expected ',' or '}'", scalar.valueStart + 1 + at)
  }
}

function refuseDirectives(text: string, events: readonly Event[]): void {
  const [document] = events
  if (document?.type !== EVENT_ID.DOCUMENT || !text.includes('%')) return
  const version = document.directives.find((one) => one.kind === 'yaml')?.version
  const place = text.search(/^%/m)
  if (version !== undefined && version !== '1.1') throw new UnreadableText('found incompatible YAML document', place)
  const head = text.slice(0, Math.max(0, text.search(/^---/m)))
  const unknown = head.search(/^%(?!YAML\s|TAG\s)/m)
  if (unknown >= 0) throw new UnreadableText('found unknown directive name', unknown)
}

/** A part of the text in which a line may begin with a tab: inside of a scalar or of brackets. */
interface Region {
  readonly start: number
  readonly end: number
  readonly inFlow: boolean
  readonly scalar: ScalarEvent | undefined
}

function regionsOf(text: string, events: readonly Event[]): Region[] {
  const regions: Region[] = []
  const open: { readonly start: number; readonly flow: boolean }[] = []
  let last = 0
  for (const event of events) {
    if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING) {
      open.push({ start: event.start, flow: event.style === COLLECTION_STYLE.FLOW })
    } else if (event.type === EVENT_ID.SCALAR && event.valueStart >= 0) {
      const inFlow = open.some(({ flow }) => flow)
      regions.push({ start: event.valueStart, end: event.valueEnd, inFlow, scalar: event })
      last = event.valueEnd
    } else if (event.type === EVENT_ID.POP) {
      const collection = open.pop()
      if (!collection?.flow) continue
      const bracket = text.slice(last).search(/[\]}]/)
      last = bracket < 0 ? text.length : last + bracket + 1
      regions.push({ start: collection.start, end: last, inFlow: true, scalar: undefined })
    }
  }
  return regions
}

/** Tabs may not stand before a token at the beginning of a line, not even where the line is blank or a comment. */
function refuseTabs(text: string, regions: readonly Region[]): void {
  if (!text.includes('\t')) return
  // before a token, and behind the dash of a list
  for (const { 0: blanks, index } of text.matchAll(/^ *(?:[-?] +)*[-?]?\t/gm)) {
    const at = index + blanks.length - 1
    if (!regions.some((region) => allowsTab(region, at, blanks.length - 1))) {
      throw new UnreadableText('found character that cannot start any token: a tab', at)
    }
  }
}

/** JSON's `\\/`. */
function refuseEscapes(text: string, regions: readonly Region[]): void {
  if (!text.includes('\\/')) return
  for (const { end, scalar, start } of regions) {
    if (scalar?.style !== SCALAR_STYLE.DOUBLE_QUOTED) continue
    const at = text.slice(start, end).search(/(?<!\\)(?:\\\\)*\\\//)
    if (at >= 0) throw new UnreadableText('found unknown escape character', start + at)
  }
}

function allowsTab({ end, scalar, start }: Region, at: number, column: number): boolean {
  if (at < start || at >= end) return false
  const isBlock = scalar?.style === SCALAR_STYLE.LITERAL_BLOCK || scalar?.style === SCALAR_STYLE.FOLDED_BLOCK
  return !isBlock || column >= scalar.indent
}
