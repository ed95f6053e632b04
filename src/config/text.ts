/** The text of a file's bytes. */
import { KpxError } from '../error.ts'

/** Bytes that are no text: why, and the text before them. */
interface NoText {
  readonly why: string
  readonly before: string
}

/** UTF-8, or UTF-16 where a byte order mark says so, as go-yaml reads it. Control characters that YAML does not have are no text. */
export function decodeText(bytes: Uint8Array): NoText | string {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : undefined
  if (utf16 !== undefined) return new TextDecoder(utf16).decode(bytes)
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const bad = text.search(unreadable)
  if (bad < 0) return text
  const isReplaced = text[bad] === '\ufffd'
  if (isReplaced && Buffer.from(text).equals(bytes)) return text
  const why = isReplaced
    ? 'the bytes are no UTF-8 text'
    : `control characters are not allowed: U+${hex(text.charCodeAt(bad))}`
  return { why, before: text.slice(0, bad) }
}

/** The same where only a text will do. Throws KPX2001. */
export function textOfFile(name: string, bytes: Uint8Array): string {
  const text = decodeText(bytes)
  if (typeof text === 'string') return text
  throw new KpxError('KPX2001', `${name} is no text: ${text.why}`)
}

const hex = (code: number): string => code.toString(16).toUpperCase().padStart(4, '0')

const unreadable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd\ufffe\uffff]/
