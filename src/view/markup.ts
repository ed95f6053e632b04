/** Text as XML and HTML take it for text, in an element and in an attribute. */
import { sanitise } from './sanitise.ts'

/** XML 1.0 has no words for control characters at all. */
export const escaped = (text: string): string =>
  sanitise(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(noCharacter, '\\ufffd')

/** Halves of a pair, and what Unicode keeps from being characters: XML 1.0, 2.2 has none of the former, HTML complains of both. */
const noCharacter = /[\ud800-\udfff]|\p{Noncharacter_Code_Point}/gu
