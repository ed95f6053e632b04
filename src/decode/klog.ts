/** kube-proxy's log: klog's lines, and those that belong to the one before. */
import type { SourceFile } from './source.ts'

export interface LoggedEntry {
  /** `proxier.go:1277`: where kube-proxy says it. */
  readonly place: string
  /** Without time and place; of several lines the first two. */
  readonly message: string
  /** Month, day and time of day as kube-proxy's container has them: `1123 20:08:04.841456`. */
  readonly time: string
  /** Its first line, from 1, and that line's text. */
  readonly line: number
  readonly text: string
  /** All of its lines. */
  readonly lines: readonly string[]
}

/** The last one of a place. */
export interface LoggedError extends LoggedEntry {
  readonly times: number
}

/** `E1123 20:08:04.841456       1 server.go:256] "message" key="value"`. */
const header = /^([IWEF])(\d{4} [\d:.]+) +\d+ ([\w.-]+:\d+)\] (.*)$/

/** Errors and fatal ones. */
export function loggedEntries({ text }: SourceFile): LoggedEntry[] {
  const lines = text.split('\n')
  const starts = lines.flatMap((line, i) => (header.test(line) ? [i] : []))
  return starts.flatMap((start, i): LoggedEntry[] => {
    const [first = '', severity, time = '', place = '', message = ''] = header.exec(lines[start] ?? '') ?? []
    if (severity !== 'E' && severity !== 'F') return []
    const own = lines.slice(start, starts[i + 1])
    return [{ place, message: whole(message, own[1]), time, line: start + 1, text: first, lines: own }]
  })
}

/** `key=<` says that a value of several lines begins with the next one. */
const whole = (message: string, next = ''): string =>
  message.endsWith('=<') ? `${message.slice(0, -1)}"${next.trim()}"` : message

/** Those of one place together, in the order of their last lines. */
export function loggedErrors(source: SourceFile): LoggedError[] {
  const byPlace = new Map<string, LoggedError>()
  for (const entry of loggedEntries(source)) {
    const times = (byPlace.get(entry.place)?.times ?? 0) + 1
    byPlace.delete(entry.place)
    byPlace.set(entry.place, { ...entry, times })
  }
  return [...byPlace.values()]
}

/** Milliseconds since 1970 of a line's time, in UTC as containers have it and in the year of `near`; undefined where it is none. */
export function timeOf({ time }: Pick<LoggedEntry, 'time'>, near: Date): number | undefined {
  const [, month = '', day = '', clock = ''] = /^(\d\d)(\d\d) (\S+)$/.exec(time) ?? []
  const at = Date.parse(`${near.getUTCFullYear()}-${month}-${day}T${clock}Z`)
  return Number.isNaN(at) ? undefined : at
}
