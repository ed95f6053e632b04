/** JSON with the place of what is wrong with it. */
import { KpxError } from '../error.ts'

/** Throws KPX1008 with file, line and column. */
export function parseJson(bytes: Buffer, file: string): unknown {
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  try {
    return JSON.parse(text)
  } catch (error) {
    const fix = text.includes('\0')
      ? { fix: 'it is UTF-16 text, or no text: convert it with iconv -f UTF-16 -t UTF-8' }
      : {}
    if (text.trim() === '') throw new KpxError('KPX1008', `${file} is empty`, { cause: error })
    const why = messageOf(error)
    const { line, column } = placeOf(text, offsetOf(text, why))
    throw new KpxError('KPX1008', `${file}:${line}:${column}: not JSON: ${reasonOf(why)}`, { ...fix, cause: error })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** V8 quotes the text around the place, which may be long. */
function reasonOf(why: string): string {
  return why.replace(/(, |\.\.\.)".*/s, '').replace(/ in JSON at position .*/s, '')
}

/** V8 names the offset, but not where the text ends too early nor of an unexpected token. */
function offsetOf(text: string, why: string): number {
  const digits = /position (\d+)/.exec(why)?.[1]
  if (digits !== undefined) return Number(digits)
  return why.startsWith('Unexpected token') ? tokenOffset(text) : text.length
}

/** The longest beginning that has nothing unexpected in it yet. */
function tokenOffset(text: string): number {
  let [good, bad] = [0, text.length]
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1
    if (isUnexpected(text.slice(0, middle))) bad = middle
    else good = middle
  }
  return good
}

function isUnexpected(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch (error) {
    return messageOf(error).startsWith('Unexpected token')
  }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - start + 1 }
}
