/** A command line as words and back, as a POSIX shell has it; no shell is run. */

/** Quotes and backslashes do what they do in a shell; nothing else has a meaning. Undefined where a quote is not closed. */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? ''
    if (character === quote) quote = ''
    else if (quote === '' && (character === "'" || character === '"')) {
      quote = character
      word ??= ''
    } else if (character === '\\' && isEscape(quote, line[i + 1])) word = (word ?? '') + (line[++i] ?? '')
    else if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + character
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}

/** In double quotes a backslash stands for itself before all but these. */
function isEscape(quote: string, next: string | undefined): boolean {
  if (next === undefined || quote === "'") return false
  return quote === '' || '"\\$`'.includes(next)
}

/** The word as a shell must read it to get the same word. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
