/** kube-proxy's log: klog's lines, and those that belong to the one before. */
import type { SourceFile } from './source.ts'

export interface LoggedError {
  /** `proxier.go:1277`: where kube-proxy says it. */
  readonly place: string
  /** The message of the last one, without time and place. */
  readonly message: string
  /** The last one's line, from 1, and its text. */
  readonly line: number
  readonly text: string
  readonly times: number
}

/** `E1123 20:08:04.841456       1 server.go:256] "message" key="value"`. */
const header = /^([IWEF])\d{4} [\d:.]+ +\d+ ([\w.-]+:\d+)\] (.*)$/

/** Errors and fatal ones, those of one place together, in the order of their last lines. */
export function loggedErrors({ text }: SourceFile): LoggedError[] {
  const byPlace = new Map<string, LoggedError>()
  for (const [i, line] of text.split('\n').entries()) {
    const [, severity, place = '', message = ''] = header.exec(line) ?? []
    if (severity !== 'E' && severity !== 'F') continue
    const times = (byPlace.get(place)?.times ?? 0) + 1
    byPlace.delete(place)
    byPlace.set(place, { place, message, line: i + 1, text: line, times })
  }
  return [...byPlace.values()]
}
