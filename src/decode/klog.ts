/** kube-proxy's log: klog's lines, and those that belong to the one before. */
import type { SourceFile } from './source.ts'

export interface LoggedError {
  /** `proxier.go:1277`: where kube-proxy says it. */
  readonly place: string
  /** The message of the last one, without time and place. */
  readonly message: string
  /** The last one's month, day and time of day as kube-proxy's container has them: `1123 20:08:04.841456`. */
  readonly time: string
  /** The last one's line, from 1, and its text. */
  readonly line: number
  readonly text: string
  readonly times: number
}

/** `E1123 20:08:04.841456       1 server.go:256] "message" key="value"`. */
const header = /^([IWEF])(\d{4} [\d:.]+) +\d+ ([\w.-]+:\d+)\] (.*)$/

/** Errors and fatal ones, those of one place together, in the order of their last lines. */
export function loggedErrors({ text }: SourceFile): LoggedError[] {
  const byPlace = new Map<string, LoggedError>()
  for (const [i, line] of text.split('\n').entries()) {
    const [, severity, time = '', place = '', message = ''] = header.exec(line) ?? []
    if (severity !== 'E' && severity !== 'F') continue
    const times = (byPlace.get(place)?.times ?? 0) + 1
    byPlace.delete(place)
    byPlace.set(place, { place, message, time, line: i + 1, text: line, times })
  }
  return [...byPlace.values()]
}

/** Milliseconds since 1970 of a line's time, in UTC as containers have it and in the year of `near`; undefined where it is none. */
export function timeOf({ time }: Pick<LoggedError, 'time'>, near: Date): number | undefined {
  const [, month = '', day = '', clock = ''] = /^(\d\d)(\d\d) (\S+)$/.exec(time) ?? []
  const at = Date.parse(`${near.getUTCFullYear()}-${month}-${day}T${clock}Z`)
  return Number.isNaN(at) ? undefined : at
}
